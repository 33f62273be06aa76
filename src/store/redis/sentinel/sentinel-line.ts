import type { Socket } from 'node:net';
import { isSame } from '../../store-hosts.ts';
import type { HostAndPort } from '../../store-hosts.ts';
import { openSocket } from '../access/open-socket.ts';
import type { RedisSecrets } from '../access/redis-secrets.ts';
import { connectionFault, endedFault, isAlert, noAnswerToTls } from '../access/connection-fault.ts';
import { RespReader } from '../wire/resp-reader.ts';
import { respCommand } from '../wire/resp.ts';
import type { RespReply } from '../wire/resp.ts';
import { readSwitch } from './sentinel-answer.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';
import { questionsTo } from './sentinel-questions.ts';

export interface SentinelLineOptions {
  readonly sentinel: HostAndPort;
  readonly primaryName: string;
  readonly isEncrypted: boolean;
  /** Of the Sentinels. `undefined`: the one of a Sentinel without users. */
  readonly username: string | undefined;
  /** The current ones. */
  readonly secrets: () => RedisSecrets;
  /** The answer is another one than before. */
  readonly changed: () => void;
  /** The line could not be used. */
  readonly failed: () => void;
}

/** How long a Sentinel may take: to accept a connection and answer, and later to answer a PING. */
const ANSWER_MAX_MS = 500;
/** A Sentinel that is silent is noticed after that, at most twice as long. */
const PING_EVERY_MS = 2_000;
/** A short constant, at random up to twice as long: a primary is lost only with its Sentinels. */
const RETRY_MS = 250;

/**
 * One connection to one Sentinel. It asks where the primary is and then listens, in one write: the
 * Sentinel handles both without a pause in which another primary could go unnoticed. After a
 * connection is lost there is another, until the line is closed.
 */
export class SentinelLine {
  readonly #options: SentinelLineOptions;
  #answer: SentinelAnswer | undefined;
  #stream: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #openedAtMs = -Infinity;
  /** The epoch of the answer is ours; the Sentinel has announced only the address. */
  #isGuessed = false;

  constructor(options: SentinelLineOptions) {
    this.#options = options;
    this.#open();
  }

  /** The last answer; `undefined` while there was none yet. */
  get answer(): SentinelAnswer | undefined {
    return this.#answer;
  }

  get sentinel(): HostAndPort {
    return this.#options.sentinel;
  }

  /** Asks again. The last answer counts until there is another. */
  refresh(): void {
    if (this.#isClosed || performance.now() - this.#openedAtMs < ANSWER_MAX_MS) return;
    this.#drop();
    this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.destroy();
  }

  #open(): void {
    const { sentinel, isEncrypted, secrets } = this.#options;
    const { secureContext, sentinelPassword } = secrets();
    this.#openedAtMs = performance.now();
    this.#isGuessed = false;
    const stream = openSocket(sentinel, isEncrypted, secureContext);
    const scheme = { kind: 'sentinel', isEncrypted } as const;
    let isConnected = false;
    let first: Buffer | undefined;
    this.#stream = stream;
    let owed = questionsTo({
      ...this.#options,
      password: sentinelPassword,
      answered: (answer) => (answer.kind === 'fault' ? this.#fail(answer.why) : this.#say(answer)),
    });
    const reader = new RespReader({
      text: (bytes, from, to) => heard(bytes.toString('latin1', from, to)),
      other: (reply) => heard(reply),
    });
    const failed = (why: string): void => {
      if (this.#stream === stream) this.#fail(why);
    };
    const heard = (reply: RespReply): void => {
      if (this.#stream !== stream) return reader.stop();
      const [question, ...later] = owed;
      owed = later;
      if (question === undefined) this.#pushed(reply);
      else question.heard(reply);
      if (owed.length === 0 && question !== undefined) this.#listen(stream);
    };
    stream.setNoDelay(true);
    stream.once(isEncrypted ? 'secureConnect' : 'connect', () => {
      isConnected = true;
      stream.write(owed.map(({ words }) => respCommand(words)).join(''), 'latin1');
    });
    stream.on('data', (chunk: Buffer) => {
      first ??= chunk;
      try {
        reader.read(chunk);
      } catch {
        const isTls = !isEncrypted && isAlert(first);
        const strange = 'it is not a Sentinel: its answer cannot be understood';
        failed(isTls ? endedFault(first, scheme) : strange);
      }
    });
    const ended = (why: string): void =>
      failed(isConnected && first === undefined ? endedFault(first, scheme) : why);
    stream.once('error', (error) => {
      const why = connectionFault(error, scheme);
      if (isEncrypted) failed(why);
      else ended(why);
    });
    stream.once('close', () => ended('the connection was lost'));
    const silent = 'it does not answer';
    this.#after(ANSWER_MAX_MS, () =>
      failed(isEncrypted && !isConnected ? noAnswerToTls(scheme) : silent),
    );
  }

  #listen(stream: Socket): void {
    if (this.#stream !== stream) return;
    this.#after(PING_EVERY_MS, () => {
      stream.write(respCommand(['PING']), 'latin1');
      this.#after(PING_EVERY_MS, () => this.#fail('it does not answer'));
    });
  }

  /** What arrives unasked: another primary, or the answer to a PING. */
  #pushed(reply: RespReply): void {
    const address = readSwitch(reply, this.#options.primaryName);
    if (address !== undefined) {
      this.#say({ kind: 'primary', address, epoch: epochAfter(this.#answer, address) });
      this.#isGuessed = true;
    }
    if (this.#stream === undefined) return;
    if (this.#isGuessed) this.#askAgain();
    else this.#listen(this.#stream);
  }

  // A connection that listens cannot ask any more.
  #askAgain(): void {
    const restMs = this.#openedAtMs + ANSWER_MAX_MS - performance.now();
    this.#after(Math.max(restMs, 0), () => {
      this.#drop();
      this.#open();
    });
  }

  #fail(why: string): void {
    this.#drop();
    if (this.#isClosed) return;
    this.#after(RETRY_MS * (1 + Math.random()), () => this.#open());
    this.#options.failed();
    this.#say({ kind: 'fault', why });
  }

  #say(answer: SentinelAnswer): void {
    const isNews = JSON.stringify(answer) !== JSON.stringify(this.#answer);
    this.#answer = answer;
    if (isNews) this.#options.changed();
  }

  /** One timer at a time. */
  #after(delayMs: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delayMs);
  }
}

// The real one may be much higher: other primaries and failed elections count, too.
function epochAfter(before: SentinelAnswer | undefined, address: HostAndPort): number {
  if (before?.kind !== 'primary') return 0;
  return isSame(before.address, address) ? before.epoch : before.epoch + 1;
}
