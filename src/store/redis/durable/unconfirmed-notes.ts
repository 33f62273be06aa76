import type { RespReply } from '../wire/resp.ts';
import type { Ledger, NotedCall } from './ledger.ts';

/** No call of administration takes longer, so nothing waits for the confirmation of older notes. */
const AWAITED_MS = 60_000;

/** A server of the store, on the connection on which administration writes. */
export interface WrittenServer {
  /** Which one of several; `undefined` if there is only one. */
  readonly word?: string | undefined;
  /** How many connections to it there were so far. */
  readonly generation: number;
  /** Sends a plain command to this server. @throws {StoreUnavailable} */
  read(...words: readonly string[]): Promise<RespReply>;
}

/** A noted call of administration that was answered, and where it was written. */
export interface WrittenNote {
  /** In the ledger. */
  readonly name: string;
  readonly call: NotedCall;
  readonly answeredAtMs: number;
  /** `undefined`: not known, as after a redirection. */
  server: WrittenServer | undefined;
  /** Which connection to that server it was. */
  generation: number;
  isConfirmed: boolean;
}

/** Follows the noted calls of administration. By default nothing does. */
export interface NoteWatch {
  /** A call is about to be sent. What is returned goes to `answered`. */
  sending(): number;
  /** @param since `undefined`: it is not known when it was sent */
  answered(name: string, call: NotedCall, since: number | undefined): void;
}

/** For calls of checks, which wait for no confirmation. */
export const UNWATCHED: NoteWatch = { sending: () => 0, answered: () => undefined };

/** The notes of administration that replicas have not confirmed yet. */
export class UnconfirmedNotes {
  readonly #ledger: Pick<Ledger, 'nowMs'>;
  /** By the name of the note; the oldest first. */
  readonly #notes = new Map<string, WrittenNote>();

  constructor(ledger: Pick<Ledger, 'nowMs'>) {
    this.#ledger = ledger;
  }

  /** The store has answered this call. @param server which one has, if that is known */
  written(name: string, call: NotedCall, server: WrittenServer | undefined): void {
    const answeredAtMs = this.#ledger.nowMs();
    const note = { name, call, answeredAtMs, server, generation: server?.generation ?? 0 };
    this.#notes.delete(name);
    this.#notes.set(name, { ...note, isConfirmed: false });
  }

  /** Those that a caller may wait for. */
  all(): readonly WrittenNote[] {
    for (const [name, { answeredAtMs }] of this.#notes) {
      if (this.#ledger.nowMs() - answeredAtMs <= AWAITED_MS) break;
      this.#notes.delete(name);
    }
    return [...this.#notes.values()];
  }

  confirmed(notes: readonly WrittenNote[]): void {
    for (const note of notes) {
      note.isConfirmed = true;
      if (this.#notes.get(note.name) === note) this.#notes.delete(note.name);
    }
  }
}

/** Whether a `WAIT` on the present connection to this server covers the note. */
export function isOn(note: WrittenNote, server: WrittenServer): boolean {
  return note.server === server && note.generation === server.generation;
}
