import type { StoreLoss } from '../../../src/store/installation.ts';
import type {
  CallOutcome,
  MarksSeen,
  SentinelsState,
  ShardsState,
  StoreCall,
  StoreObserver,
  WrittenEvent,
} from '../../../src/store/store-observer.ts';

/** Keeps what a store reported to its observer. */
export class StoreJournal implements StoreObserver {
  readonly calls: {
    readonly call: StoreCall;
    readonly outcome: CallOutcome;
    readonly seconds: number;
  }[] = [];
  readonly ups: boolean[] = [];
  /** Why there was no connection, at each attempt. */
  readonly causes: string[] = [];
  readonly skews: number[] = [];
  readonly written: WrittenEvent[] = [];
  desyncs = 0;
  readonly primaryChanges: (readonly [string, string])[] = [];
  writtenAgainCounts: number[] = [];
  readonly confirmFaults: string[] = [];
  readonly sentinelTroubles: string[] = [];
  readonly sentinelStates: SentinelsState[] = [];
  readonly losses: StoreLoss[] = [];
  readonly marks: MarksSeen[] = [];
  readonly shardStates: ShardsState[] = [];
  readonly redirectedAways: (readonly [string, string])[] = [];

  called(call: StoreCall, outcome: CallOutcome, seconds: number): void {
    this.calls.push({ call, outcome, seconds });
  }

  shards(state: ShardsState): void {
    this.shardStates.push(state);
  }

  redirectedAway(node: string, to: string): void {
    this.redirectedAways.push([node, to]);
  }

  up(isUp: boolean): void {
    this.ups.push(isUp);
  }

  unreachable(why: string): void {
    this.causes.push(why);
  }

  clockSkew(seconds: number): void {
    this.skews.push(seconds);
  }

  wrote(event: WrittenEvent): void {
    this.written.push(event);
  }

  desync(): void {
    this.desyncs += 1;
  }

  primaryChanged(beforeRunId: string, runId: string): void {
    this.primaryChanges.push([beforeRunId, runId]);
  }

  confirmFailed(fault: Error): void {
    this.confirmFaults.push(fault.message);
  }

  sentinels(state: SentinelsState): void {
    this.sentinelStates.push(state);
    this.sentinelTroubles.push(state.why);
  }

  lost(loss: StoreLoss): void {
    this.losses.push(loss);
  }

  marksSeen(seen: MarksSeen): void {
    this.marks.push(seen);
  }

  writtenAgain(count: number): void {
    this.writtenAgainCounts.push(count);
  }
}
