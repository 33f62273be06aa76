import { judgeReplicas } from '../store/judge-replicas.ts';
import type { ReplicaAnnouncement } from '../store/judge-replicas.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import type { StoreInspection } from '../store/store-inspection.ts';
import type { KeyAgreement } from './key-agreement.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';
import type { StoreMetrics } from './store-metrics.ts';
import type { Readiness } from './readiness.ts';
import { monotonicMs } from './shell.ts';

/** Until the first answer: soon ready when the store is, and gentle to one that is just starting. */
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 1_000;
/** Afterwards. Well below the age at which other replicas take this one for gone. */
const ROUTINE_MS = 15_000;
/**
 * When this replica may not begin yet with a key that nobody lacks: it was not counted, so others may not be, either. Longer
 * than anybody's routine: by then all have told of themselves, also in a store that has lost everything.
 */
const UNCOUNTED_MS = 18_000;
/** While the key files of the replicas do not fit together, which somebody is probably changing. */
const UNSETTLED_MS = 3_000;

export interface StoreWatchDeps {
  readonly opened: Pick<OpenedStore, 'inspect' | 'announce'>;
  readonly announcement: () => ReplicaAnnouncement;
  readonly keys: Pick<KeyAgreement, 'judged'>;
  readonly readiness: Readiness;
  readonly metrics: StoreMetrics;
  readonly log: Log;
  /** The store can never be used (too old): told once, and only before it was ever usable. */
  readonly onUnusable: (why: string) => void;
}

/**
 * Asks the store what it is and tells the other replicas about this one: again and again until it has answered, then
 * now and then. Sets the readiness that depends on it; a later outage takes none of it back.
 */
export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  #attempts = 0;
  #isUnsettled = false;
  #isUncounted = false;
  #timer: NodeJS.Timeout | undefined;
  #delayed: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isClosed = false;
  #warned = '';
  #sourcesDiffer = false;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
  }

  /** Asks now: at the start, and when the policy file has changed. */
  ask(): void {
    clearTimeout(this.#timer);
    this.#round = this.#round.then(() => this.#ask());
  }

  /** Asks after so long, whatever else happens until then. */
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
    const { opened, readiness, announcement } = this.#deps;
    try {
      const inspection = await opened.inspect();
      if (!this.#isUsable(inspection)) return;
      const own = announcement();
      const askedAtMs = monotonicMs();
      const entries = await opened.announce(own);
      const judgement = judgeReplicas(entries, own);
      readiness.hold('store');
      this.#attempts = 0;
      this.#isUnsettled = this.#deps.keys.judged(judgement.keys, entries, askedAtMs);
      const { writes, lacking } = entries;
      this.#isUncounted = writes !== undefined && writes !== own.fingerprints[0] && lacking === 0;
      this.#judgeSources(judgement.sourcesDiffer);
    } catch (error) {
      this.#notAnswered(error);
    }
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), this.#delayMs());
  }

  #isUsable(inspection: StoreInspection): boolean {
    const { readiness, metrics, log, onUnusable } = this.#deps;
    if (inspection.kind === 'refused') {
      if (!readiness.holds('store')) {
        onUnusable(inspection.text);
        return false;
      }
      log.error({ event: 'store_unusable' }, inspection.text);
      return true;
    }
    metrics.evictionPolicySafe(!inspection.warnings.some(({ kind }) => kind === 'eviction_policy'));
    const kinds = inspection.warnings.map(({ kind }) => kind).join();
    if (kinds !== this.#warned) {
      for (const { kind, text } of inspection.warnings) {
        log.error({ event: 'store_at_risk', risk: kind }, text);
      }
      if (kinds === '')
        log.info({ event: 'store_safe' }, "the store's settings are as they should be");
      this.#warned = kinds;
    }
    if (!readiness.holds('store')) {
      const { product, version } = inspection;
      log.info({ event: 'store_answered', product, version }, 'the store has answered');
    }
    return true;
  }

  #judgeSources(differ: boolean): void {
    const { metrics, log } = this.#deps;
    metrics.sourcesDisagree(differ);
    if (differ === this.#sourcesDiffer) return;
    this.#sourcesDiffer = differ;
    if (differ) {
      const words =
        'another replica has other source names; they are part of the session keys, so the two do not see the same sessions';
      log.warn({ event: 'sources_disagree' }, words);
    } else log.info({ event: 'sources_agree' }, 'all replicas have the same source names');
  }

  #notAnswered(error: unknown): void {
    const { readiness, log } = this.#deps;
    this.#attempts += 1;
    const why = error instanceof Error ? error.message : 'unknown fault';
    if (!readiness.holds('store')) {
      readiness.fail('store', `the store has not answered since the start: ${why}`);
    }
    // Once per outage: its end is told by the store's own state, and metrics count the rest. The first attempt after a
    // start comes before the connection can be there.
    if (this.#attempts !== 2) return;
    log.warn(
      { event: 'store_silent', ...errorFields(error) },
      'the store does not answer; trying again',
    );
  }

  #delayMs(): number {
    const isAnswered = this.#deps.readiness.holds('store') && this.#attempts === 0;
    if (isAnswered && this.#isUncounted) return UNCOUNTED_MS;
    const routineMs = this.#isUnsettled ? UNSETTLED_MS : ROUTINE_MS;
    const baseMs = isAnswered
      ? routineMs
      : Math.min(RETRY_MIN_MS * 2 ** (this.#attempts - 1), RETRY_MAX_MS);
    return baseMs * (0.5 + Math.random() / 2);
  }
}
