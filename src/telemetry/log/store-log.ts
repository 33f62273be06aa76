import { StoreUnavailable } from '../../session/session-store.ts';
import type { StoreLoss } from '../../store/installation.ts';
import type { StoreInspection } from '../../store/store-inspection.ts';
import type { MarksSeen, ShardsState, StoreObserver } from '../../store/store-observer.ts';
import type { StoreMetrics } from '../metrics/store-metrics.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';
import { ShardLog } from './shard-log.ts';
import { StoreTrouble } from './store-trouble.ts';

/**
 * The store in the log, and what this process learns about the store in the metrics. Each state is
 * logged when it begins and when it ends.
 */
export class StoreLog implements StoreObserver {
  readonly #log: Log;
  readonly #metrics: StoreMetrics;
  readonly #trouble: StoreTrouble;
  #hasAnswered = false;
  /** The kinds of the warnings that were logged last. */
  #warned = '';
  #sourcesDiffer = false;
  #isRefusing = false;
  #mayListen = true;
  readonly #shards: ShardLog;

  /** @param clock a monotonic clock, in milliseconds */
  constructor(log: Log, metrics: StoreMetrics, clock: () => number) {
    this.#log = log;
    this.#shards = new ShardLog(log, clock);
    this.#trouble = new StoreTrouble(log, clock);
    this.#metrics = metrics;
  }

  /** The sessions are in the memory of this process. */
  inMemory(): void {
    this.#log.warn(
      { event: 'store_in_memory' },
      'the memory store loses all sessions at a restart, and other replicas cannot see them: use it for a single process only',
    );
  }

  up(isUp: boolean): void {
    this.#trouble.up(isUp);
  }

  unreachable(why: string): void {
    this.#trouble.caused(why);
  }

  shards(state: ShardsState): void {
    this.#shards.shards(state);
  }

  redirectedAway(node: string, to: string): void {
    this.#shards.redirectedAway(node, to);
  }

  desync(): void {
    this.#log.error(
      { event: 'store_desync' },
      'a reply of the store belonged to another call; the connection was closed',
    );
  }

  primaryChanged(beforeRunId: string, runId: string): void {
    this.#log.warn(
      { event: 'store_primary_changed', before: beforeRunId, after: runId },
      'another primary of the store answers, or it has been restarted; it may lack what was written last',
    );
  }

  lost({ partitions, noticedAtMs, keptUntilMs }: StoreLoss): void {
    const since = keptUntilMs === undefined ? undefined : new Date(keptUntilMs).toISOString();
    this.#log.error(
      {
        event: 'store_lost',
        partitions,
        since,
        noticed_at: new Date(noticedAtMs).toISOString(),
      },
      since === undefined
        ? 'the store has lost everything in these partitions: ended sessions are unknown, and so are live ones'
        : `the store has lost what was written in these partitions since ${since}: sessions that ended later may be live again, and newer ones are unknown`,
    );
  }

  marksSeen({ unmarked, refusing }: MarksSeen): void {
    const wasRefusing = this.#isRefusing;
    this.#isRefusing = refusing > 0;
    if (this.#isRefusing === wasRefusing) return;
    if (this.#isRefusing) {
      this.#log.error(
        { event: 'store_fenced', partitions: refusing, unmarked },
        unmarked > 0
          ? 'on_store_loss: fence: unknown credentials get no verdict; run curfew store init if this is a new installation, else curfew store accept-loss'
          : 'on_store_loss: fence: unknown credentials get no verdict until curfew store accept-loss',
      );
    } else this.#log.info({ event: 'store_unfenced' }, 'unknown credentials open sessions again');
  }

  /** The policy file says `on_store_loss: fence`, and the sessions are in the memory of this process. */
  fenceWithoutEffect(): void {
    this.#log.warn(
      { event: 'fence_without_effect' },
      'on_store_loss: fence has no effect with the memory store: its sessions are lost with the process',
    );
  }

  /** Whether the store lets this replica listen to the ends of others. */
  mayListen(may: boolean): void {
    if (may === this.#mayListen) return;
    this.#mayListen = may;
    if (may)
      this.#log.info({ event: 'leases_on' }, 'the store lets this replica hear of ends again');
    else {
      this.#log.warn(
        { event: 'leases_off' },
        'the ACL user may not listen to the ends of other replicas, so the store is asked at every check: give it +ssubscribe &curfew:1:*',
      );
    }
  }

  confirmFailed(fault: Error): void {
    this.#log.warn(
      { event: 'store_confirm_failed', ...errorFields(fault) },
      'the store could not be asked whether its replicas have what administration wrote (WAIT)',
    );
  }

  writtenAgain(count: number): void {
    this.#log.info(
      { event: 'store_written_again', count },
      'ends, locks and unlocks of the last 15 minutes are written again',
    );
  }

  /** A file with a password, certificate or key for the store cannot be used. */
  secretsRejected(why: string): void {
    this.#log.error(
      { event: 'store_secrets_rejected', why },
      'a file with a secret for the store cannot be used; the last good content stays in use',
    );
  }

  /** What the store reports of itself. */
  inspected(inspection: StoreInspection): void {
    if (inspection.kind === 'refused') {
      this.#log.error({ event: 'store_unusable' }, inspection.text);
      return;
    }
    const { warnings } = inspection;
    this.#metrics.evictionPolicySafe(!warnings.some(({ kind }) => kind === 'eviction_policy'));
    this.#logWarnings(warnings);
  }

  /** The store has taken the announcement of this replica, so it can be used. */
  answered(inspection: StoreInspection): void {
    if (!this.#hasAnswered && inspection.kind === 'usable') {
      this.#hasAnswered = true;
      this.#trouble.isOver();
      const { product, version } = inspection;
      this.#log.info({ event: 'store_answered', product, version }, 'the store has answered');
    }
    this.#trouble.isWell();
  }

  /** The store did not answer, or refused, when it was asked for itself. */
  silent(fault: unknown): void {
    // The connection itself reports why it is down, and earlier.
    if (fault instanceof StoreUnavailable && fault.fault === 'down') return;
    this.#trouble.caused(fault instanceof Error ? fault.message : 'unknown fault');
  }

  /** Whether another replica has other source names. */
  sourcesDiffer(differ: boolean): void {
    this.#metrics.sourcesDisagree(differ);
    if (differ === this.#sourcesDiffer) return;
    this.#sourcesDiffer = differ;
    if (differ) {
      this.#log.warn(
        { event: 'sources_disagree' },
        'another replica has other source names; they are part of the session keys, so the two do not share sessions',
      );
    } else this.#log.info({ event: 'sources_agree' }, 'all replicas have the same source names');
  }

  #logWarnings(warnings: Extract<StoreInspection, { kind: 'usable' }>['warnings']): void {
    const kinds = warnings.map(({ kind }) => kind).join();
    if (kinds === this.#warned) return;
    this.#warned = kinds;
    for (const { kind, text } of warnings) {
      this.#log.error({ event: 'store_at_risk', risk: kind }, text);
    }
    if (kinds === '') {
      this.#log.info({ event: 'store_safe' }, 'the store has the settings that it should have');
    }
  }
}
