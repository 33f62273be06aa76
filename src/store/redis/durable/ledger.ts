import type { EndRequest } from '../../../session/end-request.ts';
import type { SubjectEndRequest, UnlockRequest } from '../../../session/session-directory.ts';

/** A call that the store must not forget. It can be made again any number of times. */
export type NotedCall =
  | { readonly kind: 'end'; readonly request: EndRequest }
  | { readonly kind: 'subject_end'; readonly request: SubjectEndRequest }
  | { readonly kind: 'unlock'; readonly request: UnlockRequest };

/** One call in the ledger. */
export interface Note {
  readonly call: NotedCall;
  /** On the ledger's clock. */
  readonly notedAtMs: number;
}

export interface LedgerLimits {
  readonly keptMs: number;
  readonly notesMax: number;
}

/** A replica that is promoted later than that after it lost its primary is out of date anyway. */
const LIMITS: LedgerLimits = { keptMs: 15 * 60_000, notesMax: 100_000 };

/**
 * What this process has ended, locked and unlocked lately. A replica that is promoted may lack the
 * newest of it, and so may a primary after a restart; it is then written again. Calls are noted
 * before they are sent, and kept if they fail: the store may have run them.
 */
export class Ledger {
  readonly #clock: () => number;
  readonly #limits: LedgerLimits;
  /** The oldest first. */
  readonly #notes = new Map<string, Note>();
  #subjectCalls = 0;

  /** @param clock a monotonic clock, in milliseconds */
  constructor(clock: () => number, limits: LedgerLimits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Notes a call that is about to be sent. Returns its name in the ledger. */
  note(call: NotedCall): string {
    const name = this.#nameOf(call);
    const before = this.#notes.get(name);
    this.#set(name, before === undefined ? call : firstOf(before.call, call));
    this.#forgetOld();
    return name;
  }

  /** The store has answered: `call` says when it was made, or why the session ended. */
  settle(name: string, call: NotedCall): void {
    const note = this.#notes.get(name);
    if (note === undefined || firstTimeOf(note.call) !== undefined) return;
    this.#notes.set(name, { ...note, call });
  }

  /** The call changed nothing, so there is nothing to write again, unless an earlier one did. */
  forget(name: string): void {
    const note = this.#notes.get(name);
    if (note !== undefined && firstTimeOf(note.call) === undefined) this.#notes.delete(name);
  }

  get(name: string): Note | undefined {
    return this.#notes.get(name);
  }

  /** What was noted lately, the newest first: that is what a replica lacks. */
  newestFirst(): Note[] {
    this.#forgetOld();
    return [...this.#notes.values()].toReversed();
  }

  /** The ledger's clock. */
  nowMs(): number {
    return this.#clock();
  }

  /** How long ago this was noted. */
  ageMs({ notedAtMs }: Note): number {
    return this.#clock() - notedAtMs;
  }

  // A session has one end. A subject may have several, with other exceptions each.
  #nameOf(call: NotedCall): string {
    if (call.kind === 'end') return call.request.key;
    this.#subjectCalls += 1;
    return `#${this.#subjectCalls}`;
  }

  #set(name: string, call: NotedCall): void {
    this.#notes.delete(name);
    this.#notes.set(name, { call, notedAtMs: this.#clock() });
  }

  #forgetOld(): void {
    const { keptMs, notesMax } = this.#limits;
    for (const [name, note] of this.#notes) {
      if (this.#notes.size <= notesMax && this.ageMs(note) < keptMs) return;
      this.#notes.delete(name);
    }
  }
}

/** When the store made this call, by its clock; `undefined` if it has not answered. */
export function firstTimeOf({ kind, request }: NotedCall): number | undefined {
  switch (kind) {
    case 'end':
      return request.endedAtMs;
    case 'subject_end':
      return request.startedAtMs;
    case 'unlock':
      return request.atMs;
    default:
      return kind satisfies never;
  }
}

// The first end counts, whatever a later call asks for.
function firstOf(before: NotedCall, call: NotedCall): NotedCall {
  if (firstTimeOf(before) !== undefined) return before;
  if (before.kind !== 'end' || call.kind !== 'end') return call;
  const unknown = before.request.unknown === 'tombstone' ? 'tombstone' : call.request.unknown;
  return { kind: 'end', request: { ...call.request, unknown } };
}
