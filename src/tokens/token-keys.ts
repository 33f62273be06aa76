import { createHash } from 'node:crypto';
import { type JWTVerifyGetKey, createLocalJWKSet } from 'jose';
import type { KeyOrigin } from './key-origin.ts';
import { parseKeySet } from './parse-key-set.ts';
import { RefetchBudget } from './refetch-budget.ts';
import type { TokenObserver } from './token-observer.ts';

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** A set of keys in use. Each set is an object of its own, so caches can compare by identity. */
export interface KeySet {
  readonly find: JWTVerifyGetKey;
}

/** A reading of the origin that succeeded. */
export interface GoodReading {
  readonly number: number;
  readonly beganAtMs: number;
}

export interface TokenKeysOptions {
  readonly clock: () => number;
  readonly observer: TokenObserver;
}

/**
 * The keys of one origin. They are read at once and again in the background, and the last good ones
 * are kept while the origin is down or its answer is unusable. No promise here rejects: a caller
 * that needs keys looks at {@link current}.
 */
export class TokenKeys {
  current: KeySet | undefined;
  readonly #origin: KeyOrigin;
  readonly #options: TokenKeysOptions;
  readonly #budget: RefetchBudget;
  readonly #watch: { close(): void };
  #textHash = '';
  #readingsBegun = 0;
  #lastGood: GoodReading | undefined;
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
      // A reading that is already running may still get the old text.
      this.#again = this.#reading !== undefined;
      void this.refresh();
    });
    void this.refresh();
  }

  /** Whether the last reading failed, so that the keys in use may be outdated. */
  get isFaulty(): boolean {
    return this.#fault !== undefined;
  }

  /** How many readings have begun. The number of a reading is this count at its beginning. */
  get readingsBegun(): number {
    return this.#readingsBegun;
  }

  /** The keys in use are all that the origin had at that time. */
  get lastGood(): GoodReading | undefined {
    return this.#lastGood;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The reading that is running, if any. */
  get reading(): Promise<void> | undefined {
    return this.#reading;
  }

  /** Reads the keys now. Calls that arrive during a reading share it. */
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

  /**
   * Reads the keys because a token names an unknown one.
   * @returns `undefined` if they were read too recently to read them again
   */
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
    this.#readingsBegun += 1;
    const reading = { number: this.#readingsBegun, beganAtMs: this.#options.clock() };
    try {
      const text = await this.#origin.read(this.#closing.signal);
      const textHash = createHash('sha256').update(text).digest('base64');
      if (textHash !== this.#textHash) await this.#use(text, textHash);
      this.#lastGood = reading;
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
    this.#options.observer.keysLoaded({ origin: name, keys: keys.length, ignored });
  }

  #fail(why: string): void {
    this.#faults += 1;
    if (why === this.#fault || this.#isClosed) return;
    this.#fault = why;
    const kept = this.current !== undefined;
    this.#options.observer.keysUnreadable({ origin: this.#origin.name, why, kept });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { refreshMs } = this.#origin;
    if (this.#isClosed || refreshMs === undefined) return;
    const retryMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (this.#faults - 1));
    const waitMs = this.#faults === 0 ? refreshMs : Math.min(refreshMs, retryMs);
    // Replicas that were started at the same time must not keep asking at the same time.
    const jitter = 0.9 + Math.random() * 0.2;
    this.#timer = setTimeout(() => void this.refresh(), waitMs * jitter);
    this.#timer.unref();
  }
}
