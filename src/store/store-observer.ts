import type { EndedEvent, OpenedEvent } from '../session/session-event.ts';
import type { CallingCheck } from '../session/calling-check.ts';
import type { StoreLoss } from './installation.ts';
import type { ScriptName } from './redis/load-scripts.ts';

/** What a call of the store came to, as a metric's label: what was found, or why nothing was. */
export const CALL_OUTCOMES = [
  'live',
  'expired',
  'ended',
  'already',
  'unknown',
  'over',
  'marked',
  'waiting',
  'done',
  'ok',
  'refused',
  'late',
  'down',
] as const;

export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** What is called: a script, or `read` for the plain commands that some calls need besides. */
export type StoreCall = ScriptName | 'read';

/** An event that this process wrote: a session was opened or ended. Its instant is left out. */
export type WrittenEvent = Omit<OpenedEvent, 'atMs'> | Omit<EndedEvent, 'atMs'>;

/** What was seen of the installation marks. */
export interface MarksSeen {
  /** Partitions without a mark. */
  readonly unmarked: number;
  /** Partitions in which unknown opaque credentials get no verdict. */
  readonly refusing: number;
}

/** A part of a Cluster without a connection. */
export interface ShardDown {
  readonly node: string;
  /** How many of the 256 partitions are there. */
  readonly partitions: number;
  /** Whether the replicas announce their server keys there. */
  readonly hasReplicasKey: boolean;
  /** In words without a secret or an address. */
  readonly why: string;
}

/** The parts of a Cluster. */
export interface ShardsState {
  /** How many parts there are. */
  readonly known: number;
  /** Those without a connection. */
  readonly down: readonly ShardDown[];
}

/** The Sentinels that the store URL names. */
export interface SentinelsState {
  readonly known: number;
  /** How many of them cannot say where the primary is. */
  readonly down: number;
  /** What is wrong with which of them, in one text without secrets; empty if nothing is. */
  readonly why: string;
}

/**
 * Receives what the store does, for metrics and the log: without credentials. Each member may be
 * left out. None may throw.
 */
export interface StoreObserver {
  /** A call has ended. Called once for each. */
  called?(call: StoreCall, outcome: CallOutcome, seconds: number): void;
  /** Whether commands can be sent from now on. */
  up?(isUp: boolean): void;
  /**
   * There is no connection that can be used, for this reason. Called at each attempt. The words
   * contain no secret.
   */
  unreachable?(why: string): void;
  /** Which parts of a Cluster cannot be reached. Called when that changes. */
  shards?(state: ShardsState): void;
  /** A node of a Cluster redirects to an address that no map has named. It is not believed. */
  redirectedAway?(node: string, to: string): void;
  /** The store's clock minus that of this process, in seconds; measured now and then. */
  clockSkew?(seconds: number): void;
  /**
   * This process opened or ended a session: the reply of its call says so. Only the replica that
   * did it reports it, once.
   * @param check the check that did it; its request contains credentials. `undefined`, or empty, if
   *   no request did
   */
  wrote?(event: WrittenEvent, check: CallingCheck | undefined): void;
  /** A reply belonged to another call. It was not used, and its connection was closed. */
  desync?(): void;
  /** Another primary answers, or the same one after a restart. The names are Redis's own. */
  primaryChanged?(beforeRunId: string, runId: string): void;
  /** Which Sentinels cannot be used. Called at the start, and when that changes. */
  sentinels?(state: SentinelsState): void;
  /** The store failed or refused when it was asked to confirm what administration wrote. */
  confirmFailed?(fault: Error): void;
  /**
   * Partitions have lost data: they lack the installation mark that this replica knew, or have an older
   * one. Each replica that knew them reports the loss once.
   */
  lost?(loss: StoreLoss): void;
  /** The installation marks of all partitions were read. */
  marksSeen?(seen: MarksSeen): void;
  /** What a new primary may have lacked, or a partition has lost, is written again: so many calls. */
  writtenAgain?(count: number): void;
}

/** One observer that passes everything on to both of these. */
export function both(one: StoreObserver, other: StoreObserver): Required<StoreObserver> {
  return {
    called: (call, outcome, seconds) => {
      one.called?.(call, outcome, seconds);
      other.called?.(call, outcome, seconds);
    },
    up: (isUp) => {
      one.up?.(isUp);
      other.up?.(isUp);
    },
    unreachable: (why) => {
      one.unreachable?.(why);
      other.unreachable?.(why);
    },
    shards: (state) => {
      one.shards?.(state);
      other.shards?.(state);
    },
    redirectedAway: (node, to) => {
      one.redirectedAway?.(node, to);
      other.redirectedAway?.(node, to);
    },
    clockSkew: (seconds) => {
      one.clockSkew?.(seconds);
      other.clockSkew?.(seconds);
    },
    wrote: (event, check) => {
      one.wrote?.(event, check);
      other.wrote?.(event, check);
    },
    desync: () => {
      one.desync?.();
      other.desync?.();
    },
    primaryChanged: (beforeRunId, runId) => {
      one.primaryChanged?.(beforeRunId, runId);
      other.primaryChanged?.(beforeRunId, runId);
    },
    sentinels: (state) => {
      one.sentinels?.(state);
      other.sentinels?.(state);
    },
    confirmFailed: (fault) => {
      one.confirmFailed?.(fault);
      other.confirmFailed?.(fault);
    },
    lost: (loss) => {
      one.lost?.(loss);
      other.lost?.(loss);
    },
    marksSeen: (seen) => {
      one.marksSeen?.(seen);
      other.marksSeen?.(seen);
    },
    writtenAgain: (count) => {
      one.writtenAgain?.(count);
      other.writtenAgain?.(count);
    },
  };
}
