import type { SessionNames } from '../session/session-key.ts';
import type { SubjectNames } from '../session/subject-key.ts';
import type { KeyUse } from './key-observer.ts';
import { ringKey, type RingKey } from './ring-key.ts';
import { createServerNames, type ServerNames } from './server-names.ts';
import type { Signatures } from './signatures.ts';

/** Keys kept although the file no longer lists them. Beyond this number the oldest is dropped. */
const RETIRED_MAX = 8;
/**
 * How long an agreement with the other replicas is valid. They wait longer than this before they
 * treat a silent replica as gone and go on without it.
 */
const AGREEMENT_MAX_MS = 45_000;

/**
 * The server keys that this replica uses.
 *
 * A key of the file is used for looking up at once. New sessions are named with it once all
 * replicas have it, which they settle among themselves. A key that is no longer in the file is kept
 * until no session named with it can matter: forgetting it earlier would restart the clocks of its
 * sessions.
 */
export class KeyRing {
  readonly #clock: () => number;
  readonly #settleMs: number;
  /** In the key file, newest first. */
  #listed: readonly RingKey[] = [];
  /** No longer in the key file. */
  #retired: readonly RingKey[] = [];
  /**
   * Retired keys that are no longer needed. They are not announced any more, and are forgotten once
   * the other replicas have received an announcement without them. Until then another replica may
   * begin to write with such a key, because earlier announcements said that all replicas have it.
   */
  readonly #leaving = new Set<string>();
  #announcedWithout: ReadonlySet<string> = new Set();
  #writing: string | undefined;
  #missing: string | undefined;
  #agreedAtMs = -Infinity;
  #names: ServerNames;

  /**
   * @param secrets newest first, at least one
   * @param settleMs the longest time that a check keeps using the keys it began with
   */
  constructor(secrets: readonly Uint8Array[], settleMs: number, clock: () => number) {
    this.#clock = clock;
    this.#settleMs = settleMs;
    // No check has begun without them.
    this.#listed = secrets.map((secret) => ringKey(secret, -Infinity));
    this.#names = this.#createNames();
  }

  /** Names a session with the keys in use. Names already returned keep the keys of their time. */
  namesOf(source: string, credential: string): SessionNames {
    return this.#names.session(source, credential);
  }

  /** Names a subject, as {@link namesOf} names a session. */
  subjectNamesOf(subject: string): SubjectNames {
    return this.#names.subject(subject);
  }

  /** Signs with the keys in use now. For texts that are few. */
  signatures(purpose: string): Signatures {
    return this.#names.signatures(purpose);
  }

  /** The key file has changed. Keys that it no longer lists are kept until they are not needed. */
  replace(secrets: readonly Uint8Array[]): void {
    const before = this.#all();
    this.#listed = secrets.map((secret) => {
      const fresh = ringKey(secret, this.#clock());
      return before.find(({ fingerprint }) => fingerprint === fresh.fingerprint) ?? fresh;
    });
    const lost = before.filter((key) => !this.#listed.includes(key));
    this.#retired = lost.slice(0, RETIRED_MAX);
    if (lost.length > RETIRED_MAX) this.#agreedAtMs = -Infinity; // other replicas may need it
    const retired = this.#retired.map(({ fingerprint }) => fingerprint);
    for (const leaving of this.#leaving)
      if (!retired.includes(leaving)) this.#leaving.delete(leaving);
    this.#names = this.#createNames();
  }

  /**
   * The keys to announce to the other replicas, in the order in which this one would write with
   * them. A new key is announced once no running check can be without it.
   */
  announced(): readonly string[] {
    const latestMs = this.#clock() - this.#settleMs;
    this.#announcedWithout = new Set(this.#leaving);
    return this.#all()
      .filter(({ sinceMs, fingerprint }) => sinceMs <= latestMs && !this.#leaving.has(fingerprint))
      .map(({ fingerprint }) => fingerprint);
  }

  /**
   * The replicas agree, in answer to the last announcement.
   * @param writes the fingerprint of the key to name new sessions with
   * @param needed keys that name sessions which may still matter
   * @param askedAtMs when the other replicas were asked, on the monotonic clock
   */
  agree(writes: string | undefined, needed: ReadonlySet<string>, askedAtMs: number): void {
    this.#missing = undefined;
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
   * Sessions were named with a key that this replica is missing or was about to forget.
   * @returns whether it is missing
   */
  lack(fingerprint: string): boolean {
    // Until this replica asks again, the others do not wait for it. They may begin to write with
    // yet another key that is missing here.
    this.#agreedAtMs = -Infinity;
    if (this.#leaving.delete(fingerprint)) return false;
    this.#missing = fingerprint;
    return true;
  }

  /**
   * Why a credential that is unknown here may still belong to a session; `undefined` when it
   * cannot. There is no verdict on such a credential: opening it could revive an ended session, and
   * denying it could log out a live one.
   */
  whyIncomplete(): string | undefined {
    if (this.#missing !== undefined) return 'this replica is missing a server key that others have';
    if (this.#agreedAtMs === -Infinity) return 'the server keys have not been compared yet';
    if (this.#clock() - this.#agreedAtMs > AGREEMENT_MAX_MS) {
      return 'the server keys have not been compared for too long';
    }
    return undefined;
  }

  /** All keys: first the one for writing, then those in the file, then those no longer in it. */
  uses(): readonly KeyUse[] {
    return this.#inOrder().map(({ fingerprint }, index) => ({
      fingerprint,
      use: index === 0 ? 'writes' : 'reads',
    }));
  }

  /** The fingerprint of the key for writing, if the replicas have settled it. */
  get writing(): string | undefined {
    return this.#agreedAtMs === -Infinity ? undefined : this.#writing;
  }

  /** The fingerprints of the keys in the file, newest first. */
  get listed(): readonly string[] {
    return this.#listed.map(({ fingerprint }) => fingerprint);
  }

  /** The fingerprints of keys that still matter although the file no longer lists them. */
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
    const isReceived = this.#leaving.has(fingerprint) && this.#announcedWithout.has(fingerprint);
    if (isReceived) this.#leaving.delete(fingerprint);
    else this.#leaving.add(fingerprint);
    return isReceived;
  }

  #all(): readonly RingKey[] {
    return [...this.#listed, ...this.#retired];
  }

  #inOrder(): readonly RingKey[] {
    const all = this.#all();
    const writing = all.find(({ fingerprint }) => fingerprint === this.#writing);
    return writing === undefined ? all : [writing, ...all.filter((key) => key !== writing)];
  }

  #createNames(): ServerNames {
    const keys = this.#inOrder();
    this.#writing = keys[0]?.fingerprint;
    return createServerNames(keys.map(({ secret }) => secret));
  }
}
