import { lookup as lookupBySystem } from 'node:dns';
import type { LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answer = Parameters<Parameters<LookupFunction>[2]>;

export interface HostLookupsOptions {
  /** Asks the resolver. */
  readonly lookup: LookupFunction;
  /** Only measures durations. */
  readonly clock: () => number;
}

/** An attempt to connect lasts no longer: an answer that took longer may have missed its asker. */
const ATTEMPT_MAX_MS = 500;
/** A late answer serves attempts that begin so soon after it: longer than the pause between two. */
const LATE_ANSWER_MAX_MS = 1_500;

/**
 * Looks host names up, each once at a time. The resolver of the system is a call that blocks one of
 * few threads, for as long as the resolver likes, and that cannot be cancelled. If each attempt to
 * connect asked it again, they would pile up there, and none would live to see its answer.
 *
 * An answer in time is used by the attempts that wait for it, and by no later one: the address may have
 * changed. Only one that came late is kept for the next attempt.
 */
export class HostLookups {
  readonly #options: HostLookupsOptions;
  readonly #waiting = new Map<string, ((...answer: Answer) => void)[]>();
  readonly #late = new Map<string, { readonly answer: Answer; readonly untilMs: number }>();

  constructor(options: HostLookupsOptions) {
    this.#options = options;
  }

  readonly lookup: LookupFunction = (host, options, answered) => {
    const question = questionOf(host, options);
    const late = this.#late.get(question);
    this.#late.delete(question);
    if (late !== undefined && this.#options.clock() < late.untilMs) {
      // As a lookup does, after the caller has done its part.
      process.nextTick(answered, ...late.answer);
      return;
    }
    const waiting = this.#waiting.get(question);
    if (waiting === undefined) this.#ask(question, host, options, answered);
    else waiting.push(answered);
  };

  #ask(
    question: string,
    host: string,
    options: LookupOptions,
    asker: (...answer: Answer) => void,
  ): void {
    const waiting = [asker];
    this.#waiting.set(question, waiting);
    const { lookup, clock } = this.#options;
    const askedAtMs = clock();
    lookup(host, options, (...answer) => {
      this.#waiting.delete(question);
      const nowMs = clock();
      if (nowMs - askedAtMs >= ATTEMPT_MAX_MS) {
        this.#late.set(question, { answer, untilMs: nowMs + LATE_ANSWER_MAX_MS });
      }
      for (const answered of waiting) answered(...answer);
    });
  }
}

function questionOf(host: string, { all, family, hints, order }: LookupOptions): string {
  return JSON.stringify([host, all, family, hints, order]);
}

/** For all sockets of this process that lead to a store: they ask one resolver. */
export const lookupHost: LookupFunction = new HostLookups({
  lookup: lookupBySystem,
  clock: () => performance.now(),
}).lookup;
