import { sixBitsAt } from '../../session/base64url.ts';
import type { SessionKey } from '../../session/session-key.ts';

const BUCKETS = 2_048;
const SLOTS_OF_BUCKET = 8;
/** Sessions that are remembered, at most. */
export const KNOWN_SESSIONS_MAX: number = BUCKETS * SLOTS_OF_BUCKET;
/** After this time the store is asked again, since a failover may have lost whose session it is. */
const REMEMBERED_MAX_MS = 60_000;
const NONE = -1;
/** Texts of a bucket: a session and its subject in turn. */
const TEXTS_OF_BUCKET = 2 * SLOTS_OF_BUCKET;

/**
 * Whose sessions these are, as the store said not long ago. Most requests of a session name the same
 * subject, so the store need not compare it each time. A subject is in clear here, as it was sent,
 * like the credentials of running checks, and never leaves the process. Times are of the monotonic
 * clock, and the caller passes them in, because it has read the clock already.
 *
 * Every check of a session with a subject looks here, so this is a table of a fixed size, and all of
 * it is forgotten at once: a look reads as little memory as possible. A session key is a digest, so
 * its own characters spread sessions evenly over the buckets.
 */
export class KnownSubjects {
  /** In each bucket the newest comes first. A session's subject is beside it in memory. */
  readonly #texts: string[] = emptyTexts();
  #forgottenAtMs: number;

  constructor(nowMs: number) {
    this.#forgottenAtMs = nowMs;
  }

  /** Whether the store need not be asked about this subject of this session. */
  has(session: SessionKey, subject: string, nowMs: number): boolean {
    if (nowMs - this.#forgottenAtMs >= REMEMBERED_MAX_MS) this.#forget(nowMs);
    const at = this.#placeOf(session);
    return at !== NONE && this.#texts[at + 1] === subject;
  }

  /** Remembers a subject. In a full bucket, the session that was noted first makes room. */
  note(session: SessionKey, subject: string, nowMs: number): void {
    if (nowMs - this.#forgottenAtMs >= REMEMBERED_MAX_MS) this.#forget(nowMs);
    const first = firstPlaceOf(session);
    const known = this.#placeOf(session);
    const last = known === NONE ? first + TEXTS_OF_BUCKET - 2 : known;
    this.#texts.copyWithin(first + 2, first, last);
    this.#texts[first] = session;
    this.#texts[first + 1] = subject;
  }

  #placeOf(session: string): number {
    const texts = this.#texts;
    const first = firstPlaceOf(session);
    for (let at = first; at < first + TEXTS_OF_BUCKET; at += 2) {
      if (texts[at] === session) return at;
    }
    return NONE;
  }

  #forget(nowMs: number): void {
    this.#texts.fill('');
    this.#forgottenAtMs = nowMs;
  }
}

function firstPlaceOf(session: string): number {
  const bucket = (sixBitsAt(session, 0) << 5) | (sixBitsAt(session, 1) >> 1);
  return bucket * TEXTS_OF_BUCKET;
}

// All are texts: V8 compares a text with `undefined` more slowly than with another text.
function emptyTexts(): string[] {
  return Array.from({ length: BUCKETS * TEXTS_OF_BUCKET }, () => '');
}
