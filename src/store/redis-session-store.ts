import type {
  EndOutcome,
  EndRequest,
  OpenRequest,
  SessionStore,
  SourceRule,
  SweepReport,
  TouchReceiver,
  TouchRequest,
} from '../session/session-store.ts';
import type { SessionKey } from '../session/session-key.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { decodeEnd, END_WORDS } from './decode-reply.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisSweeper } from './redis-sweeper.ts';
import { limitWords, milliseconds, openWords } from './script-words.ts';
import { unreadableReply } from './store-fault.ts';
import { CLAIM_KEPT_MS, isSessionKey, partitionOf } from './store-keys.ts';

/** The store port on Redis: each call is one script on one partition, run at most once. */
export class RedisSessionStore implements SessionStore {
  readonly #connection: RedisConnection;
  readonly #sweeper: RedisSweeper;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    this.#sweeper = new RedisSweeper(connection);
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    this.#connection.touch(request, deadlineAtMs, receiver);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const { deadlines, events, limits, session } = partitionOf(request.key);
    const keys = [session(request.key), deadlines, events, limits];
    return this.#connection.open(keys, openWords(request, limitWords(request.source)));
  }

  async claim(at: SessionKey, name: SessionKey): Promise<SessionKey> {
    const words = [name, milliseconds(CLAIM_KEPT_MS)];
    const reply = await this.#connection.run('claim', [partitionOf(at).claim(at)], words, [
      'claimed',
    ]);
    const [settled = ''] = reply.words;
    if (!isSessionKey(settled)) throw unreadableReply();
    return settled;
  }

  async end({ key, source, by }: EndRequest): Promise<EndOutcome> {
    const { deadlines, events, session } = partitionOf(key);
    const keys = [session(key), deadlines, events];
    const words = [by, milliseconds(source.retentionMs), source.source];
    return decodeEnd(await this.#connection.run('end', keys, words, END_WORDS));
  }

  async sweep(sources: ReadonlyMap<string, SourceRule>, examinedMax: number): Promise<SweepReport> {
    return this.#sweeper.sweep(sources, examinedMax);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
