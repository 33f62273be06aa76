import type { StoreWarning } from './store-inspection.ts';

/**
 * What this version can read that an earlier one cannot. Each replica announces all of these words.
 * A word that was announced by a published version keeps its meaning for ever.
 *
 * - `challenge_mark`: the challenge mark in the record of a live session.
 * - `exact_ends`: in a tombstone, a more exact reason than `revoked`.
 * - `own_limits`: limits of its own in the record of a live session.
 * - `subjects`: the subject in a record, and the reasons `subject_locked` and `session_limit`. Such a
 *   replica also writes its ends again when another primary answers.
 * - `publishes_ends`: not read, but done: it publishes what it ends, so that others may use leases.
 */
export const ABILITIES = [
  'challenge_mark',
  'exact_ends',
  'own_limits',
  'subjects',
  'publishes_ends',
] as const;

export type Ability = (typeof ABILITIES)[number];

/**
 * What all replicas can read now. New words are written only then: during an upgrade or a rollback,
 * replicas of two versions read the same store.
 */
export interface Capabilities {
  /** Whether every replica can. False while this is not known. */
  allCan(ability: Ability): boolean;
}

/** What a replica with these permissions missing can do: without its word, others use no leases. */
export function abilitiesWithout(missing: readonly StoreWarning[]): readonly Ability[] {
  const isMute = missing.some(({ kind }) => kind === 'publish_forbidden');
  return isMute ? ABILITIES.filter((ability) => ability !== 'publishes_ends') : ABILITIES;
}

/** For a store that only one process uses. */
export const ONE_PROCESS: Capabilities = { allCan: () => true };

/**
 * How long an announcement is valid. The others count this replica for longer than that, and a
 * replica of another version that starts meanwhile is noticed at the next announcement.
 */
const KNOWN_MAX_MS = 45_000;

/** What the replicas announced last. */
export class SharedCapabilities implements Capabilities {
  readonly #clock: () => number;
  #abilities: ReadonlySet<string> = new Set();
  #askedAtMs = -Infinity;

  /** @param clock a monotonic clock, in milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * @param abilities what all replicas can; empty while this is not known
   * @param askedAtMs when they were asked, on the monotonic clock
   */
  learn(abilities: ReadonlySet<string>, askedAtMs: number): void {
    this.#abilities = abilities;
    this.#askedAtMs = askedAtMs;
  }

  allCan(ability: Ability): boolean {
    return this.#abilities.has(ability) && this.#clock() - this.#askedAtMs <= KNOWN_MAX_MS;
  }
}
