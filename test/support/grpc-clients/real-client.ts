/** One command to a client: so many equal checks at the same time. */
export interface ChecksAtOnce {
  readonly request: Buffer;
  /** One by default. */
  readonly times?: number;
  readonly timeoutMs?: number;
  /** When the client cancels the calls. */
  readonly cancelMs?: number;
  readonly isGzipped?: boolean;
}

/** The answers as the client saw them. Codes are those of gRPC. */
export interface ChecksAnswered {
  /** How many calls ended with each code. */
  readonly codes: Readonly<Record<number, number>>;
  /** The reply of the first call; `undefined` if there was none. */
  readonly reply: Buffer | undefined;
  /** The status message of a call that failed. */
  readonly message: string;
}

/** A watch of the health service. */
export interface HealthWatch {
  /** The numbers of the statuses so far. */
  readonly statuses: readonly number[];
  /** The code that the watch ended with. */
  readonly ended: Promise<number>;
}

/** A gRPC client of any language, with one connection. */
export interface RealClient {
  check(question: ChecksAtOnce): Promise<ChecksAnswered>;
  health(service: string): Promise<{ readonly code: number; readonly status: number }>;
  watch(service: string): HealthWatch;
  /** Calls a method that does not exist, and returns the code. */
  unknownMethod(): Promise<number>;
  close(): Promise<void>;
}

/** PEM files. A client with a certificate shows it to the server. */
export interface ClientTlsFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}
