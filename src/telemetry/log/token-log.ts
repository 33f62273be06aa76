import type { LoadedKeySet, TokenObserver, UnreadableKeySet } from '../../tokens/token-observer.ts';
import type { Log } from './log.ts';

/** The keys of token issuers in the log. */
export class TokenLog implements TokenObserver {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  keysLoaded({ origin, keys, ignored }: LoadedKeySet): void {
    const fields = { event: 'token_keys_loaded', origin, keys, ignored };
    if (keys === 0) this.#log.error(fields, 'no key of the token issuer can verify a token');
    else this.#log.info(fields, 'the keys of the token issuer are loaded');
  }

  keysUnreadable({ origin, why, kept }: UnreadableKeySet): void {
    this.#log.error(
      { event: 'token_keys_unreadable', origin, why, kept },
      kept
        ? 'the keys of a token issuer cannot be read; the last good ones stay in use'
        : 'the keys of a token issuer cannot be read; its tokens get no verdict',
    );
  }
}
