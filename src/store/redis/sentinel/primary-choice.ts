import { StoreRefusal } from '../store-fault.ts';
import type { PrimaryCandidates } from './primary-candidates.ts';
import type { NamedPrimary } from './sentinel-view.ts';

/** The server that one connection tries or uses, and what came of it. */
export class PrimaryChoice {
  readonly #candidates: PrimaryCandidates;
  #target: NamedPrimary | undefined;
  #isUsed = false;
  /** The attempts since a server was used, or since another is the best. */
  #turn = 0;
  #best = '';

  constructor(candidates: PrimaryCandidates) {
    this.#candidates = candidates;
  }

  /** Chooses one for the next attempt: in turn, should several be named. */
  next(): NamedPrimary | undefined {
    if (this.#target !== undefined && !this.#isUsed) this.#candidates.failed(this.#target);
    const listed = this.#candidates.list();
    const best = JSON.stringify(listed[0]?.address);
    if (this.#isUsed || best !== this.#best) this.#turn = 0;
    this.#best = best;
    this.#isUsed = false;
    this.#target = listed[this.#turn % Math.max(listed.length, 1)];
    this.#turn += 1;
    return this.#target;
  }

  /** The connection is in use. */
  used(): void {
    this.#isUsed = true;
    if (this.#target !== undefined) this.#candidates.used(this.#target);
  }

  /** The server was reached, but must not be used. */
  refused(fault: unknown): void {
    const isNoPrimary = fault instanceof StoreRefusal && fault.word === 'READONLY';
    if (this.#target !== undefined && isNoPrimary) this.#candidates.failed(this.#target, true);
  }

  /** Those that are named with a higher epoch than the chosen one. */
  newer(): readonly NamedPrimary[] {
    return this.#target === undefined ? [] : this.#candidates.newerThan(this.#target);
  }

  /** It turned out that this one could be used. */
  usable(newer: NamedPrimary): void {
    this.#candidates.usable(newer);
  }

  /** Whether the chosen one must be left. Then no attempt has failed. */
  isLeft(): boolean {
    if (this.#target === undefined || !this.#candidates.isLeft(this.#target)) return false;
    this.#target = undefined;
    return true;
  }

  /** Why there is nothing to choose although Sentinels name a server; `undefined` if none does. */
  fault(): string | undefined {
    return this.#candidates.areNamed ? 'they name an older one than was used before' : undefined;
  }
}
