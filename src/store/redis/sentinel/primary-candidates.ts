import { forgetOldest } from '../../forget-oldest.ts';
import { isSame } from '../../store-hosts.ts';
import type { NamedPrimary } from './sentinel-view.ts';

/** What came of the attempts to use a server under the epoch in which it is named. */
interface Trial {
  readonly failedAtMs: number;
  /** It says so itself. */
  readonly isNoPrimary: boolean;
}

/** After a failover Sentinels hear of it from one another, at least every two seconds. */
const HEARD_BY_ALL_MS = 3_000;
/** Sentinels that lie may name any number of servers. */
const TRIALS_MAX = 64;

/**
 * Which of the servers that Sentinels name may be used, for all connections to one store. The one
 * with the highest epoch is the primary: an older one would allow sessions that have ended there.
 * It is passed over only if it is probably a lie. That is never so if most of the Sentinels name it.
 */
export class PrimaryCandidates {
  readonly #named: () => readonly NamedPrimary[];
  readonly #clock: () => number;
  readonly #trials = new Map<string, Trial>();
  /** Of the servers that were used, the one with the highest epoch. */
  #used: NamedPrimary | undefined;
  /** Since when no Sentinel names that one, or a newer one. */
  #olderSinceMs: number | undefined;

  /**
   * @param named what all Sentinels name, the highest epoch first
   * @param clock only measures durations
   */
  constructor(named: () => readonly NamedPrimary[], clock: () => number) {
    this.#named = named;
    this.#clock = clock;
  }

  /** Whether Sentinels name any server. */
  get areNamed(): boolean {
    return this.#named().length > 0;
  }

  /** Those that may be tried, the best first, and at the end those that may be passed over. */
  list(): readonly NamedPrimary[] {
    const named = this.#look();
    const found: NamedPrimary[] = [];
    const passedOver: NamedPrimary[] = [];
    for (const each of named) {
      if (found.some(({ epoch }) => epoch > each.epoch)) break;
      (this.#isPassedOver(each, named) ? passedOver : found).push(each);
    }
    return [...found, ...passedOver];
  }

  /** Those that are newer than this one. */
  newerThan({ address, epoch }: NamedPrimary): readonly NamedPrimary[] {
    const named = this.#look();
    const known = named.find((each) => isSame(each.address, address))?.epoch ?? epoch;
    return named.filter((each) => !isSame(each.address, address) && each.epoch > known);
  }

  /** Whether this one must not be used any more, because a newer one is named. */
  isLeft(target: NamedPrimary): boolean {
    return this.newerThan(target).some((newer) => !this.#isPassedOver(newer, this.#named()));
  }

  /** It is in use. From now on an older one is used only if the Sentinels have begun again. */
  used(target: NamedPrimary): void {
    this.usable(target);
    if (target.epoch >= (this.#used?.epoch ?? 0) || this.#isOldAgain(target)) this.#used = target;
  }

  /** It could be used. */
  usable(target: NamedPrimary): void {
    this.#trials.delete(nameOf(target));
  }

  /** It could not be used. */
  failed(target: NamedPrimary, isNoPrimary = false): void {
    const name = nameOf(target);
    const before = this.#trials.get(name);
    this.#trials.set(name, {
      failedAtMs: before?.failedAtMs ?? this.#clock(),
      isNoPrimary: isNoPrimary || before?.isNoPrimary === true,
    });
    forgetOldest(this.#trials, TRIALS_MAX);
  }

  // It was named too early, or by mistake, or it is a lie: either it says itself that it is not a
  // primary, or it cannot be used, while more Sentinels go on naming an older one than have heard
  // of it.
  #isPassedOver(target: NamedPrimary, named: readonly NamedPrimary[]): boolean {
    const trial = this.#trials.get(nameOf(target));
    if (trial === undefined || target.isAgreed) return false;
    if (trial.isNoPrimary) return true;
    return (
      this.#hasPassed(trial.failedAtMs) &&
      named.some(({ epoch, votes }) => epoch < target.epoch && votes > target.votes)
    );
  }

  /** What is named, without what is older than a server that was used. */
  #look(): readonly NamedPrimary[] {
    const named = this.#named();
    const same = named.find(({ address }) => this.#used && isSame(address, this.#used.address));
    if (same?.isAgreed === true && this.#used && same.epoch < this.#used.epoch) this.#used = same;
    if (named.some((each) => !this.#isOlder(each))) this.#olderSinceMs = undefined;
    else if (named.length > 0) this.#olderSinceMs ??= this.#clock();
    return named.filter((each) => !this.#isOlder(each) || this.#isOldAgain(each));
  }

  // The same server is not older, whatever Sentinels that were set up since then know of it.
  #isOlder({ address, epoch }: NamedPrimary): boolean {
    return (
      this.#used !== undefined && epoch < this.#used.epoch && !isSame(address, this.#used.address)
    );
  }

  // Most Sentinels name it, and none what was used: they have begun again, and count from 0.
  #isOldAgain({ isAgreed }: NamedPrimary): boolean {
    return isAgreed && this.#olderSinceMs !== undefined && this.#hasPassed(this.#olderSinceMs);
  }

  #hasPassed(sinceMs: number): boolean {
    return this.#clock() - sinceMs >= HEARD_BY_ALL_MS;
  }
}

function nameOf({ address: { host, port }, epoch }: NamedPrimary): string {
  return `${host}:${port} ${epoch}`;
}
