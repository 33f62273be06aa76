import type { CallOutcome, StoreCall, StoreObserver } from '../../src/store/store-observer.ts';

/** Remembers what a store told its observer. */
export class StoreJournal implements StoreObserver {
  readonly calls: {
    readonly call: StoreCall;
    readonly outcome: CallOutcome;
    readonly seconds: number;
  }[] = [];
  readonly ups: boolean[] = [];
  readonly skews: number[] = [];
  desyncs = 0;

  called(call: StoreCall, outcome: CallOutcome, seconds: number): void {
    this.calls.push({ call, outcome, seconds });
  }

  up(isUp: boolean): void {
    this.ups.push(isUp);
  }

  clockSkew(seconds: number): void {
    this.skews.push(seconds);
  }

  desync(): void {
    this.desyncs += 1;
  }
}
