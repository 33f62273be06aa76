import { createHash } from 'node:crypto';
import { type JWTVerifyGetKey, createLocalJWKSet } from 'jose';
import type { KeyOrigin } from './key-origin.ts';
import { parseKeySet } from './parse-key-set.ts';
import { RefetchBudget } from './refetch-budget.ts';
import type { TokenEvent } from './token-event.ts';

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** A set of keys in use. Another set is another object, so caches can tell by identity. */
export interface KeySet {
  readonly find: JWTVerifyGetKey;
}

export interface TokenKeysOptions {
  readonly clock: () => number;
  readonly onEvent: (event: TokenEvent) => void;
}

/**
 * The keys of one origin: read at once, read again in the background, and kept while the origin is down or answers
 * nonsense. Nothing here rejects; whoever needs keys looks at {@link current}.
 */
export class TokenKeys {
  current: KeySet | undefined;
  readonly #origin: KeyOrigin;
  readonly #options: TokenKeysOptions;
  readonly #budget: RefetchBudget;
  readonly #watch: { close(): void };
  #textHash = '';
  #fault: string | undefined;
  #faults = 0;
  #reading: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  constructor(origin: KeyOrigin, options: TokenKeysOptions) {
    this.#origin = origin;
    this.#options = options;
    this.#budget = new RefetchBudget(options.clock());
    this.#watch = origin.watch(() => {
      // What is being read now may be the old text still.
      this.#again = this.#reading !== undefined;
      void this.refresh();
    });
    void this.refresh();
  }

  /** Whether the last attempt failed: the keys in use may be old. */
  get isFaulty(): boolean {
    return this.#fault !== undefined;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The reading that is under way, if any. */
  get reading(): Promise<void> | undefined {
    return this.#reading;
  }

  /** Reads the keys now. Everybody who asks meanwhile gets the same reading. */
  refresh(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      if (this.#again) {
        this.#again = false;
        void this.refresh();
      } else this.#schedule();
    });
    return this.#reading;
  }

  /** Reads the keys because a token names an unknown one. `undefined` = not now: they were looked for just before. */
  refreshForUnknownKey(): Promise<void> | undefined {
    if (this.#reading !== undefined) return this.#reading;
    return this.#budget.take(this.#options.clock()) ? this.refresh() : undefined;
  }

  close(): void {
    this.#closing.abort();
    this.#watch.close();
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    try {
      const text = await this.#origin.read(this.#closing.signal);
      const textHash = createHash('sha256').update(text).digest('base64');
      if (textHash !== this.#textHash) await this.#use(text, textHash);
      this.#fault = undefined;
      this.#faults = 0;
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : 'unknown fault');
    }
  }

  async #use(text: string, textHash: string): Promise<void> {
    const { keys, ignored } = await parseKeySet(text);
    const find = createLocalJWKSet({ keys: [...keys] });
    if (this.#isClosed) return;
    this.current = { find };
    this.#textHash = textHash;
    const { name } = this.#origin;
    this.#options.onEvent({ kind: 'token_keys_loaded', origin: name, keys: keys.length, ignored });
  }

  #fail(why: string): void {
    this.#faults += 1;
    if (why === this.#fault || this.#isClosed) return;
    this.#fault = why;
    const kept = this.current !== undefined;
    this.#options.onEvent({ kind: 'token_keys_unreadable', origin: this.#origin.name, why, kept });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { refreshMs } = this.#origin;
    if (this.#isClosed || refreshMs === undefined) return;
    const retryMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (this.#faults - 1));
    const waitMs = this.#faults === 0 ? refreshMs : Math.min(refreshMs, retryMs);
    // Replicas that were started together must not ask together for ever.
    const jitter = 0.9 + Math.random() * 0.2;
    this.#timer = setTimeout(() => void this.refresh(), waitMs * jitter);
    this.#timer.unref();
  }
}
