/** What is asked of a client in one go: so many equal checks at the same time. */
export interface ChecksAtOnce {
  readonly request: Buffer;
  /** One by default. */
  readonly times?: number;
  readonly timeoutMs?: number;
  /** When the caller gives the call up. */
  readonly cancelMs?: number;
  readonly isGzipped?: boolean;
}

/** What a client made of it. Codes are those of gRPC. */
export interface ChecksAnswered {
  /** How many calls ended with each code. */
  readonly codes: Readonly<Record<number, number>>;
  /** That of the first call; `undefined` when there was none. */
  readonly reply: Buffer | undefined;
  /** The status message of a call that failed. */
  readonly message: string;
}

/** A watch of the health service. */
export interface HealthWatch {
  /** The numbers of the statuses so far. */
  readonly statuses: readonly number[];
  /** The code with which it has ended. */
  readonly ended: Promise<number>;
}

/** A gRPC client of any language, with one connection. */
export interface RealClient {
  check(question: ChecksAtOnce): Promise<ChecksAnswered>;
  health(service: string): Promise<{ readonly code: number; readonly status: number }>;
  watch(service: string): HealthWatch;
  /** Calls a method that there is not, and answers with the code. */
  unknownMethod(): Promise<number>;
  close(): Promise<void>;
}

/** Files with PEM; a client that has a certificate shows it. */
export interface ClientTlsFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}
