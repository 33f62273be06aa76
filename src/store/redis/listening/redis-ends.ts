import type { EndsListener, EndsNews } from '../../ends-news.ts';
import { isSessionKey, isSubjectKey } from '../store-keys.ts';
import type { ListeningConnection, ListeningOptions } from './listening-connection.ts';

/** How one kind of store listens. It keeps listening until it is closed. */
export type OpenListening = (
  handlers: Omit<ListeningOptions, 'channels'>,
) => Pick<ListeningConnection, 'close'>;

/** Words with which a server says that it will never let this process listen. */
const NEVER = ['NOPERM', 'ERR'];

/** News of ends from Redis. */
export class RedisEnds implements EndsNews {
  readonly #open: OpenListening;
  #listening: Pick<ListeningConnection, 'close'> | undefined;
  #mayListen = true;

  constructor(open: OpenListening) {
    this.#open = open;
  }

  get mayListen(): boolean {
    return this.#mayListen;
  }

  listen(listener: EndsListener): void {
    this.#listening ??= this.#open({
      message: (text) => pass(text, listener),
      listening: () => {
        this.#mayListen = true;
        listener.missed();
      },
      refused: (word) => {
        if (NEVER.includes(word)) this.#mayListen = false;
      },
    });
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }
}

function pass(text: string, listener: EndsListener): void {
  if (isSessionKey(text)) listener.sessionEnded(text);
  else if (isSubjectKey(text)) listener.subjectEnded(text);
}
