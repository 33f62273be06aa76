import { textOf } from '../read-reply.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { isOtherPrimary, PRIMARY_SECTIONS, readPrimaryInfo } from './primary-info.ts';
import type { PrimaryInfo } from './primary-info.ts';

export interface PrimaryWatchOptions {
  /** Reads on the connection that checks use: what they are judged by has to be complete. */
  readonly read: ScriptRunner['read'];
  /** Writes again what the new primary may lack. Repeated until it succeeds. */
  readonly writeAgain: () => Promise<void>;
  /**
   * The primary before this one, if it was another server, as far as that is known. By default none
   * is, and only what this watch has heard before counts.
   */
  readonly predecessorOf?: ((info: PrimaryInfo) => PrimaryInfo | undefined) | undefined;
  /** Called with everything that a primary says of itself. */
  readonly heard: (info: PrimaryInfo) => void;
  /** Another primary answers, or the same one has been restarted. */
  readonly changed: (beforeRunId: string, runId: string) => void;
}

/** After a fault, it asks again this much later. */
const RETRY_MS = 500;

/**
 * Notices when another primary answers: at each new connection, and whenever the text of `INFO` is
 * read for another reason.
 */
export class PrimaryWatch {
  readonly #options: PrimaryWatchOptions;
  #known: PrimaryInfo | undefined;
  /** A new connection may lead to another primary. */
  #isUnsure = false;
  #isBehind = false;
  #isSettling = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PrimaryWatchOptions) {
    this.#options = options;
  }

  /** There is a new connection. */
  connected(): void {
    this.#isUnsure = true;
    void this.#settle();
  }

  /** @param info the text of `INFO`, read on the connection that checks use */
  seen(info: string): void {
    this.#learn(readPrimaryInfo(info));
    if (this.#isBehind) void this.#settle();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** A replica is left out: it would count as the primary whose history it has. */
  #learn(now: PrimaryInfo): void {
    if (now.isReplica) return;
    const known = this.#known;
    const isKnown = known?.runId === now.runId && known.replicationId === now.replicationId;
    const before = (isKnown ? undefined : this.#options.predecessorOf?.(now)) ?? known;
    this.#known = now;
    this.#options.heard(now);
    if (before === undefined || !isOtherPrimary(before, now)) return;
    this.#isBehind = true;
    this.#options.changed(before.runId, now.runId);
  }

  async #settle(): Promise<void> {
    if (this.#isSettling) return;
    this.#isSettling = true;
    clearTimeout(this.#timer);
    try {
      while (!this.#isClosed && (this.#isUnsure || this.#isBehind)) await this.#step();
    } catch {
      if (!this.#isClosed) this.#timer = setTimeout(() => void this.#settle(), RETRY_MS);
    }
    this.#isSettling = false;
  }

  async #step(): Promise<void> {
    const { read, writeAgain } = this.#options;
    if (this.#isUnsure) {
      // Before the question: a connection that comes meanwhile is asked, too.
      this.#isUnsure = false;
      try {
        const info = readPrimaryInfo(textOf(await read('INFO', ...PRIMARY_SECTIONS)));
        // It may be promoted on this connection.
        if (info.isReplica) throw new Error('not a primary yet');
        this.#learn(info);
      } catch (fault) {
        this.#isUnsure = true;
        throw fault;
      }
    }
    if (!this.#isBehind) return;
    this.#isBehind = false;
    try {
      await writeAgain();
    } catch (fault) {
      this.#isBehind = true;
      throw fault;
    }
  }
}
