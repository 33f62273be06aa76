import type { SessionNames } from '../session/session-key.ts';
import { createSessionNames, keyFingerprint } from './session-names.ts';

/** Keys that a file lacks and that matter yet; beyond that the oldest is let go. */
const RETIRED_MAX = 8;
/**
 * How long an agreement with the other replicas holds. Less than what they wait before they take a silent replica for
 * gone, and go on without it.
 */
const AGREEMENT_MAX_MS = 45_000;

/** A server key and the name by which logs, metrics and other replicas know it. */
interface RingKey {
  readonly secret: Uint8Array;
  readonly fingerprint: string;
  /** When it came into the ring, by the monotonic clock. */
  readonly sinceMs: number;
}

/** How a key is used: sessions are opened under it, or only looked up. */
export interface KeyUse {
  readonly fingerprint: string;
  readonly use: 'writes' | 'reads';
}

/**
 * The server keys in force.
 *
 * A key of the file is looked up with at once. It is opened with when all replicas have it, which they settle among
 * themselves. A key that the file lost is kept until nothing that was written with it can matter: to forget it earlier
 * would start the clocks of its sessions anew.
 */
export class KeyRing {
  readonly #clock: () => number;
  readonly #settleMs: number;
  /** Of the key file, newest first. */
  #listed: readonly RingKey[] = [];
  /** Not in the key file any more. */
  #retired: readonly RingKey[] = [];
  /**
   * Retired ones that nobody needs: they are not told of any more, and forgotten when that was heard. In between another
   * replica may begin to write with them, because it was told that all have them.
   */
  readonly #leaving = new Set<string>();
  #toldWithout: ReadonlySet<string> = new Set();
  #writing: string | undefined;
  #foreign: string | undefined;
  #agreedAtMs = -Infinity;
  #names: (source: string, credential: string) => SessionNames;

  /**
   * @param secrets newest first, at least one
   * @param settleMs the longest that a check goes on with the keys that it began with
   */
  constructor(secrets: readonly Uint8Array[], settleMs: number, clock: () => number) {
    this.#clock = clock;
    this.#settleMs = settleMs;
    // No check has begun yet that does not have them.
    this.#listed = secrets.map((secret) => ringKey(secret, -Infinity));
    this.#names = this.#createNames();
  }

  /** Names a session under the keys in force. What one call has answered stays under the keys of that moment. */
  namesOf(source: string, credential: string): SessionNames {
    return this.#names(source, credential);
  }

  /** Another content of the key file. What it lacks is kept, until it is told that nobody needs it. */
  replace(secrets: readonly Uint8Array[]): void {
    const before = this.#all();
    this.#listed = secrets.map((secret) => {
      const fresh = ringKey(secret, this.#clock());
      return before.find(({ fingerprint }) => fingerprint === fresh.fingerprint) ?? fresh;
    });
    const lost = before.filter((key) => !this.#listed.includes(key));
    this.#retired = lost.slice(0, RETIRED_MAX);
    if (lost.length > RETIRED_MAX) this.#agreedAtMs = -Infinity; // the others may need it
    const retired = this.#retired.map(({ fingerprint }) => fingerprint);
    for (const leaving of this.#leaving)
      if (!retired.includes(leaving)) this.#leaving.delete(leaving);
    this.#names = this.#createNames();
  }

  /**
   * What to tell the other replicas, in the order in which this one would write. A key counts as had when no check can
   * go on without it.
   */
  announced(): readonly string[] {
    const latestMs = this.#clock() - this.#settleMs;
    this.#toldWithout = new Set(this.#leaving);
    return this.#all()
      .filter(({ sinceMs, fingerprint }) => sinceMs <= latestMs && !this.#leaving.has(fingerprint))
      .map(({ fingerprint }) => fingerprint);
  }

  /**
   * The replicas agree, in answer to what was {@link announced} last.
   * @param writes the fingerprint of the key to open sessions with from now on
   * @param needed those under which sessions may be that still matter
   * @param askedAtMs when the others were asked, by the monotonic clock
   */
  agree(writes: string | undefined, needed: ReadonlySet<string>, askedAtMs: number): void {
    this.#foreign = undefined;
    this.#agreedAtMs = askedAtMs;
    const retired = this.#retired.filter(
      ({ fingerprint }) => !this.#isForgotten(fingerprint, needed),
    );
    const isKnown = this.#all().some(({ fingerprint }) => fingerprint === writes);
    if (retired.length === this.#retired.length && (writes === this.#writing || !isKnown)) return;
    this.#retired = retired;
    if (isKnown) this.#writing = writes;
    this.#names = this.#createNames();
  }

  /**
   * Sessions were written with a key that this replica lacks, or was about to forget.
   * @returns whether it lacks it
   */
  lack(fingerprint: string): boolean {
    // Until it asks again, the others do not count on this one, and may begin to write with another key that it lacks.
    this.#agreedAtMs = -Infinity;
    if (this.#leaving.delete(fingerprint)) return false;
    this.#foreign = fingerprint;
    return true;
  }

  /**
   * Why a credential that is unknown here may be a session all the same; `undefined` when it cannot. Then there is no
   * verdict on it: to open it could give an ended session its clocks back, and to deny it could end a live one.
   */
  whyIncomplete(): string | undefined {
    if (this.#foreign !== undefined) return 'this replica lacks a server key of the others';
    if (this.#agreedAtMs === -Infinity) return 'the server keys have not been compared yet';
    if (this.#clock() - this.#agreedAtMs > AGREEMENT_MAX_MS) {
      return 'the server keys have not been compared for too long';
    }
    return undefined;
  }

  /** All keys: the one that is written with, then those of the file, then those that it lost. */
  uses(): readonly KeyUse[] {
    return this.#inOrder().map(({ fingerprint }, index) => ({
      fingerprint,
      use: index === 0 ? 'writes' : 'reads',
    }));
  }

  /** The fingerprint of the key that is written with, if the replicas have settled it. */
  get writing(): string | undefined {
    return this.#agreedAtMs === -Infinity ? undefined : this.#writing;
  }

  /** Of the keys in the file, newest first. */
  get listed(): readonly string[] {
    return this.#listed.map(({ fingerprint }) => fingerprint);
  }

  /** Of the keys that the file lacks and that matter yet. */
  get retired(): readonly string[] {
    return this.#retired
      .map(({ fingerprint }) => fingerprint)
      .filter((fingerprint) => !this.#leaving.has(fingerprint));
  }

  /** Whether a key is about to be forgotten. */
  get isLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  #isForgotten(fingerprint: string, needed: ReadonlySet<string>): boolean {
    if (needed.has(fingerprint)) {
      this.#leaving.delete(fingerprint);
      return false;
    }
    const isHeard = this.#leaving.has(fingerprint) && this.#toldWithout.has(fingerprint);
    if (isHeard) this.#leaving.delete(fingerprint);
    else this.#leaving.add(fingerprint);
    return isHeard;
  }

  #all(): readonly RingKey[] {
    return [...this.#listed, ...this.#retired];
  }

  #inOrder(): readonly RingKey[] {
    const all = this.#all();
    const writing = all.find(({ fingerprint }) => fingerprint === this.#writing);
    return writing === undefined ? all : [writing, ...all.filter((key) => key !== writing)];
  }

  #createNames(): (source: string, credential: string) => SessionNames {
    const keys = this.#inOrder();
    this.#writing = keys[0]?.fingerprint;
    return createSessionNames(keys.map(({ secret }) => secret));
  }
}

function ringKey(secret: Uint8Array, sinceMs: number): RingKey {
  return { secret, fingerprint: keyFingerprint(secret), sinceMs };
}
