import { missingKeyText } from '../keys/settled-keys.ts';
import type { SettledKeys } from '../keys/settled-keys.ts';
import { monotonicMs } from '../process/clock.ts';
import type { Readiness } from '../process/readiness.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import { compareReplicas } from '../store/compare-replicas.ts';
import type { ReplicaAnnouncement, ReplicaEntries } from '../store/compare-replicas.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import type { StoreInspection, StoreWarning } from '../store/store-inspection.ts';
import type { StoreLog } from '../telemetry/log/store-log.ts';

/** Until the first answer: short, so that this replica is ready soon after the store is. */
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 1_000;
/**
 * After the first answer. Other replicas treat this one as gone only after a much longer silence.
 */
const ROUTINE_MS = 15_000;
/**
 * While this replica may not write with its first key yet although no replica is missing it, or
 * does not know yet what all replicas can read. It was not counted itself, so others may not be
 * counted either. This is longer than ROUTINE_MS: by then
 * every replica has announced itself again, even to a store that has lost everything.
 */
const UNCOUNTED_MS = 18_000;
/** While the key files of the replicas do not match, probably because they are being changed. */
const UNSETTLED_MS = 3_000;

export interface StoreWatchDeps {
  readonly opened: Pick<OpenedStore, 'inspect' | 'tryPermissions' | 'announce'>;
  /** @param missing the permissions that this replica lacks */
  readonly announcement: (missing: readonly StoreWarning[]) => ReplicaAnnouncement;
  readonly keys: Pick<SettledKeys, 'compare'>;
  readonly readiness: Readiness;
  readonly log: Pick<StoreLog, 'inspected' | 'answered' | 'silent' | 'sourcesDiffer'>;
  /** Called if the store can never be used, for example because it is too old. */
  readonly onUnusable: (why: string) => void;
}

/**
 * Asks the store for its version and settings, and announces this replica to the others: often
 * until the store has answered, then from time to time. Sets the conditions of readiness that
 * depend on the store. A later outage does not take them back.
 */
export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  /** Permissions that are missing and that no decision needs, once all were tried. */
  #unneeded: readonly StoreWarning[] | undefined;
  #attempts = 0;
  #isUnsettled = false;
  #isUncounted = false;
  #timer: NodeJS.Timeout | undefined;
  #delayed: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
  }

  /** Asks now: at the start, and when the policy file has changed. */
  ask(): void {
    clearTimeout(this.#timer);
    this.#round = this.#round.then(() => this.#ask());
  }

  /** Asks after this delay, no matter what happens until then. */
  askIn(delayMs: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#delayed);
    this.#delayed = setTimeout(() => this.ask(), delayMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#delayed);
    await this.#round;
  }

  async #ask(): Promise<void> {
    if (this.#isClosed) return;
    const { opened, announcement, log } = this.#deps;
    try {
      const inspection = await opened.inspect();
      if (!this.#isUsable(inspection)) return;
      this.#unneeded ??= await opened.tryPermissions();
      log.inspected(withWarnings(inspection, this.#unneeded));
      const own = announcement(this.#unneeded);
      const askedAtMs = monotonicMs();
      const entries = await opened.announce(own);
      log.answered(inspection);
      this.#answered(entries, own, askedAtMs);
    } catch (error) {
      this.#notAnswered(error);
    }
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), this.#delayMs());
  }

  #isUsable(inspection: StoreInspection): boolean {
    const { readiness, onUnusable } = this.#deps;
    if (inspection.kind === 'usable' || readiness.isMet('store')) return true;
    onUnusable(inspection.text);
    return false;
  }

  #answered(entries: ReplicaEntries, own: ReplicaAnnouncement, askedAtMs: number): void {
    const { readiness, keys, log } = this.#deps;
    const comparison = compareReplicas(entries, own);
    readiness.met('store');
    this.#attempts = 0;
    const { missing, isChanging } = keys.compare(comparison.keys, entries, askedAtMs);
    if (missing === undefined) readiness.met('keys');
    else readiness.unmet('keys', missingKeyText(missing));
    this.#isUnsettled = isChanging;
    const { writes, lacking, abilities } = entries;
    const mayNotBegin = writes !== own.fingerprints[0] && lacking === 0;
    this.#isUncounted = writes !== undefined && (mayNotBegin || abilities === undefined);
    log.sourcesDiffer(comparison.sourcesDiffer);
  }

  #notAnswered(error: unknown): void {
    const { readiness, log } = this.#deps;
    this.#attempts += 1;
    const why = error instanceof Error ? error.message : 'unknown fault';
    if (!readiness.isMet('store')) {
      const hasRefused = error instanceof StoreUnavailable && error.fault === 'refused';
      const begin = hasRefused
        ? 'the store cannot be used yet'
        : 'the store has not answered since the start';
      readiness.unmet('store', `${begin}: ${why}`);
    }
    log.silent(error);
  }

  #delayMs(): number {
    const isAnswered = this.#deps.readiness.isMet('store') && this.#attempts === 0;
    if (isAnswered && this.#isUncounted) return UNCOUNTED_MS;
    const routineMs = this.#isUnsettled ? UNSETTLED_MS : ROUTINE_MS;
    const baseMs = isAnswered
      ? routineMs
      : Math.min(RETRY_MIN_MS * 2 ** (this.#attempts - 1), RETRY_MAX_MS);
    return baseMs * (0.5 + Math.random() / 2);
  }
}

function withWarnings(inspection: StoreInspection, more: readonly StoreWarning[]): StoreInspection {
  if (inspection.kind === 'refused') return inspection;
  return { ...inspection, warnings: [...inspection.warnings, ...more] };
}
