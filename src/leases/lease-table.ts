import { firstByteOf } from '../session/base64url.ts';
import type { SessionKey } from '../session/session-key.ts';
import type { SubjectKey } from '../session/subject-key.ts';
import type { Lease } from './lease.ts';

/** A group of sessions for each first byte of a session key. */
const GROUPS = 256;

/**
 * The leases of this process, by session. There are never more than `leasesMax`: those that were
 * used least recently are forgotten first.
 *
 * Two generations of entries stand for the order of use: an entry that is used moves to the newer
 * one, and when that is half full, the older one is forgotten. So a use costs a look-up, while a
 * list in exact order would have to be changed each time.
 */
export class LeaseTable {
  readonly #halfMax: number;
  readonly #forgotten: (count: number) => void;
  #newer = new Map<SessionKey, Lease>();
  #older = new Map<SessionKey, Lease>();
  readonly #news = new Uint32Array(GROUPS);
  #allNews = 0;

  /** @param forgotten called with how many leases had to make room */
  constructor(leasesMax: number, forgotten: (count: number) => void) {
    this.#halfMax = Math.floor(leasesMax / 2);
    this.#forgotten = forgotten;
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  get(key: SessionKey): Lease | undefined {
    const lease = this.#newer.get(key);
    if (lease !== undefined || this.#older.size === 0) return lease;
    const older = this.#older.get(key);
    if (older !== undefined) {
      this.#older.delete(key);
      this.#put(key, older);
    }
    return older;
  }

  /**
   * Keeps a lease, unless an end was heard of since the question was sent.
   * @param since what {@link newsOf} said when the question was sent
   */
  put(key: SessionKey, lease: Lease, since: number): boolean {
    if (this.#halfMax === 0 || since !== this.newsOf(key)) return false;
    if (this.#older.size > 0) this.#older.delete(key);
    this.#put(key, lease);
    return true;
  }

  /** How often something was heard of this group of sessions. It never repeats a number. */
  newsOf(key: SessionKey): number {
    return this.#allNews + (this.#news[firstByteOf(key)] ?? 0);
  }

  /** Forgets a session, and takes no reply to a question about its group that is under way. */
  drop(key: SessionKey): boolean {
    const group = firstByteOf(key);
    this.#news[group] = (this.#news[group] ?? 0) + 1;
    // Both are looked at, although one has it at most.
    return this.#newer.delete(key) || this.#older.delete(key);
  }

  /**
   * Forgets the sessions that are known to be of a subject, and takes no reply that is under way.
   * Returns how many there were. It looks at every lease: a subject is ended or locked rarely.
   */
  dropSubject(subject: SubjectKey): number {
    this.#allNews += 1;
    return dropFrom(this.#newer, subject) + dropFrom(this.#older, subject);
  }

  /** Forgets all, and takes no reply to a question that is under way. Returns how many there were. */
  dropAll(): number {
    const { size } = this;
    this.#allNews += 1;
    this.#newer = new Map();
    this.#older = new Map();
    return size;
  }

  /** Forgets what was not used since the last call. To be called now and then. */
  age(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
  }

  #put(key: SessionKey, lease: Lease): void {
    if (this.#newer.size >= this.#halfMax && !this.#newer.has(key)) {
      if (this.#older.size > 0) this.#forgotten(this.#older.size);
      this.age();
    }
    this.#newer.set(key, lease);
  }
}

function dropFrom(leases: Map<SessionKey, Lease>, subject: SubjectKey): number {
  const before = leases.size;
  for (const [key, lease] of leases) if (lease.subject === subject) leases.delete(key);
  return before - leases.size;
}
