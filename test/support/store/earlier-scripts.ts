import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { EndOutcome, EndRequest } from '../../../src/session/end-request.ts';
import type {
  OpenRequest,
  SessionStore,
  SourceRule,
  TouchReceiver,
  TouchRequest,
} from '../../../src/session/session-store.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import type { Capabilities } from '../../../src/store/capabilities.ts';
import { decodeEnd } from '../../../src/store/redis/decode-end.ts';
import type { EndWord } from '../../../src/store/redis/decode-end.ts';
import { decodeTouch, TOUCH_WORDS } from '../../../src/store/redis/decode-reply.ts';
import {
  limitWords,
  milliseconds,
  openWords,
  touchWords,
} from '../../../src/store/redis/script-words.ts';
import { partitionOf, REPLICAS_KEY } from '../../../src/store/redis/store-keys.ts';
import { ReplyWords } from '../../../src/store/redis/wire/reply-words.ts';
import type { Sweeper, SweepReport } from '../../../src/store/sweep/sweeper.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'earlier-scripts');
const NONCE = 'nonce';
/** The subject, its name, own limits, the mark and the claim, among the arguments of an opening. */
const LATER_WORDS = [8, 9, 12, 14, 15];
/** An earlier version knows no challenge mark and no exact word. */
const NONE: Capabilities = { allCan: () => false };

const read = (name: string): string => readFileSync(join(FOLDER, `${name}.lua`), 'utf8');
const SCRIPTS = {
  touch: read('touch'),
  open: read('open'),
  end: read('end'),
  sweep: read('sweep'),
  announce: read('announce'),
};

/**
 * The store of an earlier version: its own scripts, called as it calls them. Arguments and
 * replies are translated where they have changed since.
 */
export class EarlierScripts implements SessionStore, Sweeper {
  readonly #redis: Redis;
  readonly #sessions: readonly SessionKey[];

  /** @param sessions those that its sweeper examines */
  constructor(redis: Redis, sessions: readonly SessionKey[] = []) {
    this.#redis = redis;
    this.#sessions = sessions;
  }

  touch(request: TouchRequest, _deadlineAtMs: number, receiver: TouchReceiver): void {
    const { deadlines, events, session } = partitionOf(request.key);
    const keys = [session(request.key), deadlines, events];
    this.#run('touch', keys, touchWords(request, NONE)).then(
      (reply) => receiver.touched(outcomeOf(reply)),
      (fault: Error) => receiver.failed(fault),
    );
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const { deadlines, events, limits, session } = partitionOf(request.key);
    const keys = [session(request.key), deadlines, events, limits];
    const ownWords = openWords(request, limitWords(request.source), NONE, 0);
    const words = ownWords.filter((_, index) => !LATER_WORDS.includes(index));
    return outcomeOf(await this.#run('open', keys, words));
  }

  async end({ key, source }: EndRequest): Promise<EndOutcome> {
    const { deadlines, events, session } = partitionOf(key);
    const words = ['revoked', milliseconds(source.retentionMs), source.source ?? ''];
    const reply = await this.#run('end', [session(key), deadlines, events], words);
    const [word, , ...rest] = reply.split(' ');
    // It does not tell when the session started, and knows no subject.
    const told = word === 'ended' ? [...rest, '-', '-', source.source ?? ''] : rest;
    const outcome = decodeEnd({ word: word as EndWord, words: told });
    return outcome.kind === 'ended' ? { ...outcome, wasUnknown: false } : outcome;
  }

  async sweep(sources: ReadonlyMap<string, SourceRule>): Promise<SweepReport> {
    const ended = { idle: 0, absolute: 0 };
    for (const key of this.#sessions) {
      const { deadlines, events, limits, session } = partitionOf(key);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const source = await this.#redis.hget(session(key), 'n');
      const rule = sources.get(source ?? '');
      if (rule === undefined) continue;
      const { digest, pairs } = limitWords(rule);
      const keys = [session(key), deadlines, events, limits];
      // oxlint-disable-next-line no-await-in-loop
      const reply = await this.#run('sweep', keys, [rule.source, digest, ...pairs]);
      const [word, , by] = reply.split(' ');
      if (word === 'over' && (by === 'idle' || by === 'absolute')) ended[by] += 1;
    }
    const examined = this.#sessions.length;
    return { ended, examined, finished: [], active: undefined, more: false, fault: undefined };
  }

  /** Announces a replica with these keys. Returns the reply as words, after the nonce. */
  async announce(replica: string, fingerprints: readonly string[]): Promise<readonly string[]> {
    const words = [replica, 'sources:web', '86400000', '60000', '-', ...fingerprints];
    return (await this.#run('announce', [REPLICAS_KEY], words)).split(' ').slice(2);
  }

  visitLogin(): never {
    throw new Error('an earlier version has no login policies');
  }

  claim(): never {
    throw new Error('no test asks an earlier version for a claim');
  }

  async #run(
    name: keyof typeof SCRIPTS,
    keys: readonly string[],
    words: readonly string[],
  ): Promise<string> {
    const reply = await this.#redis.eval(SCRIPTS[name], keys.length, ...keys, NONCE, ...words);
    return String(reply);
  }
}

function outcomeOf(reply: string): TouchOutcome {
  // It knows no subject and no limits of a session.
  const bytes = Buffer.from(reply.startsWith('expired') ? `${reply} - - -` : reply);
  const words = new ReplyWords(bytes, 0, bytes.length);
  const word = words.oneOf(TOUCH_WORDS);
  words.oneOf([NONCE]);
  const outcome = word === undefined ? undefined : decodeTouch(word, words);
  if (outcome === undefined) throw new Error(`an earlier version cannot answer ${reply}`);
  return outcome;
}
