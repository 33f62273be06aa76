import type { CallingCheck } from '../../../session/calling-check.ts';
import type { CallOutcome, StoreCall, StoreObserver, WrittenEvent } from '../../store-observer.ts';
import type { Script } from '../wire/script.ts';
import { SentCall } from '../wire/sent-call.ts';
import type { Command } from '../wire/sent-call.ts';

/** One kind of call: the script that it runs, if any, and the observer that hears of each end. */
export class CallKind {
  readonly script: Script | undefined;
  readonly #name: StoreCall;
  readonly #observer: StoreObserver;

  constructor(name: StoreCall, script: Script | undefined, observer: StoreObserver) {
    this.#name = name;
    this.script = script;
    this.#observer = observer;
  }

  report(outcome: CallOutcome, durationMs: number): void {
    this.#observer.called?.(this.#name, outcome, durationMs / 1_000);
  }

  wrote(events: readonly WrittenEvent[], check: CallingCheck | undefined): void {
    for (const event of events) this.#observer.wrote?.(event, check);
  }
}

/** A call of the store that is sent to Redis. Its end is reported once, whatever it came to. */
export abstract class ObservedCall extends SentCall {
  readonly #kind: CallKind;

  constructor(kind: CallKind, command: Command) {
    super(command, kind.script);
    this.#kind = kind;
  }

  get runs(): Script | undefined {
    return this.#kind.script;
  }

  protected report(outcome: CallOutcome, nowMs: number): void {
    this.#kind.report(outcome, nowMs - this.startedAtMs);
  }

  protected wrote(events: readonly WrittenEvent[], check: CallingCheck): void {
    this.#kind.wrote(events, check);
  }
}
