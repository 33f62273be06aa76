import type { ParsedPolicyFile } from '../policy/parse-policy-file.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Problem } from '../policy/problem.ts';
import { readWholeFile, watchFile } from './watched-file.ts';
import type { FileReading, FileWatch } from './watched-file.ts';

/** One good version of the policy file. */
export interface PolicyVersion {
  readonly policies: PolicySet;
  /** The start of the SHA-256 of the file's content. */
  readonly hash: string;
  readonly warnings: readonly Problem[];
}

/** Why a file is not taken into force. */
export type PolicyRejection =
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'invalid'; readonly hash: string; readonly problems: readonly Problem[] };

export interface PolicyWatchEvents {
  /** A new version is in force. */
  accepted(version: PolicyVersion): void;
  /** The file is bad, and the version before stays in force. Told once for each different badness. */
  rejected(rejection: PolicyRejection): void;
  /** The file was bad, and is again what has been in force all the while. */
  restored(): void;
}

/** The file cannot be used, and there is no version before it. */
export class PolicyFileFault extends Error {
  readonly code = 'ERR_POLICY_FILE';
  readonly rejection: PolicyRejection;
  constructor(rejection: PolicyRejection) {
    super(rejection.kind === 'unreadable' ? rejection.why : 'the policy file has problems');
    this.name = 'PolicyFileFault';
    this.rejection = rejection;
  }
}

/**
 * The policy file in force. A changed file is validated whole and then swapped whole, so that one check sees one
 * version; a bad one changes nothing and is told.
 */
export class PolicyWatch {
  readonly #path: string;
  readonly #parse: (text: string) => ParsedPolicyFile;
  readonly #events: PolicyWatchEvents;
  #current: PolicyVersion;
  /** What the last bad reading was; `undefined` while the file is what is in force. */
  #badness: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isLookDue = false;
  #watch: FileWatch | undefined;

  private constructor(
    path: string,
    parse: (text: string) => ParsedPolicyFile,
    first: PolicyVersion,
    events: PolicyWatchEvents,
  ) {
    this.#path = path;
    this.#parse = parse;
    this.#current = first;
    this.#events = events;
  }

  /**
   * Loads the first version and then follows the file.
   * @throws {PolicyFileFault} when there is no good first version.
   */
  static async start(
    path: string,
    parse: (text: string) => ParsedPolicyFile,
    events: PolicyWatchEvents,
    pollMs?: number,
  ): Promise<PolicyWatch> {
    const first = judge(await readWholeFile(path), parse);
    if (first.kind !== 'good') throw new PolicyFileFault(first.rejection);
    const self = new PolicyWatch(path, parse, first.version, events);
    self.#watch = watchFile(path, () => self.look(), pollMs);
    self.look(); // what was written between the first reading and the watch
    await self.#reading;
    return self;
  }

  /** The version in force. */
  get current(): PolicyVersion {
    return this.#current;
  }

  /** Reads the file again; several calls while one reading runs are one more reading. */
  look(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    this.#reading = this.#reading.then(() => this.#readAgain());
  }

  /** Stops following; resolves when no reading runs any more. */
  async close(): Promise<void> {
    this.#watch?.close();
    await this.#reading;
  }

  async #readAgain(): Promise<void> {
    this.#isLookDue = false;
    const reading = await readWholeFile(this.#path);
    if (reading.kind === 'content' && reading.hash === this.#current.hash) {
      if (this.#badness !== undefined) this.#events.restored();
      this.#badness = undefined;
      return;
    }
    const badness = reading.kind === 'content' ? reading.hash : reading.why;
    if (badness === this.#badness) return;
    const judgement = this.#judgeSafely(reading);
    if (judgement.kind === 'good') {
      this.#current = judgement.version;
      this.#badness = undefined;
      this.#events.accepted(judgement.version);
    } else {
      this.#badness = badness;
      this.#events.rejected(judgement.rejection);
    }
  }

  /** A bug in the parser is one more way to be bad: it must not end every replica at once. */
  #judgeSafely(reading: FileReading): Judgement {
    try {
      return judge(reading, this.#parse);
    } catch (error) {
      const words = error instanceof Error ? error.message : 'unknown fault';
      const why = `${this.#path} cannot be judged, which is a bug: ${words}`;
      return { kind: 'bad', rejection: { kind: 'unreadable', why } };
    }
  }
}

type Judgement =
  | { readonly kind: 'good'; readonly version: PolicyVersion }
  | { readonly kind: 'bad'; readonly rejection: PolicyRejection };

function judge(reading: FileReading, parse: (text: string) => ParsedPolicyFile): Judgement {
  if (reading.kind === 'unreadable') return { kind: 'bad', rejection: reading };
  const parsing = parse(reading.text);
  if (parsing.kind === 'problems') {
    return {
      kind: 'bad',
      rejection: { kind: 'invalid', hash: reading.hash, problems: parsing.problems },
    };
  }
  const { policies, warnings } = parsing;
  return { kind: 'good', version: { policies, hash: reading.hash, warnings } };
}
