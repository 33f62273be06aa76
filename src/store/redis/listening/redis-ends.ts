import type { EndsListener, EndsNews } from '../../ends-news.ts';
import type { StoreObserver } from '../../store-observer.ts';
import { isSessionKey, isSubjectKey } from '../store-keys.ts';
import type { ListeningHandlers } from './listening-connection.ts';

/** Listens to one kind of store, until it is closed. */
export interface Listening {
  /** The server may not be the primary any more: connects again to what the address leads to. */
  renew(): void;
  close(): Promise<void>;
}

export type OpenListening = (handlers: ListeningHandlers) => Listening;

/** Words with which a server says that it does not let this process listen. */
const NEVER = ['NOPERM', 'ERR'];

/** News of ends from Redis. */
export class RedisEnds implements EndsNews, StoreObserver {
  readonly #open: OpenListening;
  #listening: Listening | undefined;
  #listener: EndsListener | undefined;
  /** The connections whose servers do not let this process listen. */
  readonly #refused = new Set<object>();

  constructor(open: OpenListening) {
    this.#open = open;
  }

  get mayListen(): boolean {
    return this.#refused.size === 0;
  }

  listen(listener: EndsListener): void {
    if (this.#listening !== undefined) return;
    this.#listener = listener;
    this.#listening = this.#open({
      message: (text) => pass(text, listener),
      listening: (connection) => {
        this.#refused.delete(connection);
        listener.missed();
      },
      refused: (connection, word) => {
        if (NEVER.includes(word)) this.#refused.add(connection);
      },
      closed: (connection) => this.#refused.delete(connection),
    });
  }

  /** Checks have a new connection, perhaps to another server: what was known is of the former one. */
  connected(): void {
    this.#listener?.missed();
  }

  /** Another primary answers. The former one may accept listeners, and say nothing any more. */
  primaryChanged(): void {
    this.#listener?.missed();
    this.#listening?.renew();
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }
}

function pass(text: string, listener: EndsListener): void {
  if (isSessionKey(text)) listener.sessionEnded(text);
  else if (isSubjectKey(text)) listener.subjectEnded(text);
}
