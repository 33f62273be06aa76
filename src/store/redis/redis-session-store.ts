import type { EndOutcome, EndRequest } from '../../session/end-request.ts';
import { CLAIM_KEPT_MS, CLAIM_REST_MIN_MS } from '../../session/retention.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { CallingCheck } from '../../session/calling-check.ts';
import type { Claim } from '../../session/claim.ts';
import type {
  LoginOutcome,
  LoginVisit,
  OpenRequest,
  SessionStore,
  TouchReceiver,
  TouchRequest,
} from '../../session/session-store.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import type { Capabilities } from '../capabilities.ts';
import type { StoreObserver, WrittenEvent } from '../store-observer.ts';
import { StoreUnavailable } from '../../session/session-store.ts';
import { decodeEnd, decodeLimit, decodeLogin, END_WORDS, LOGIN_WORDS } from './decode-end.ts';
import { endWords, limitWords, loginWords, milliseconds, openWords } from './script-words.ts';
import type { KnownMarks } from './installation/known-marks.ts';
import type { ScriptRunner } from './connection/script-runner.ts';
import { unreadableReply } from './store-fault.ts';
import { isSessionKey, partitionIndex, partitionKeys, partitionOf } from './store-keys.ts';
import { endEvents, loginEvents } from './written-events.ts';

export interface RedisSessionStoreOptions {
  readonly connection: ScriptRunner;
  readonly capabilities: Capabilities;
  readonly observer: StoreObserver;
  readonly marks: Pick<KnownMarks, 'renewedAtMs'>;
}

/** The session store on Redis: each call runs one script on one partition, at most once. */
export class RedisSessionStore implements SessionStore {
  readonly #connection: ScriptRunner;
  readonly #capabilities: Capabilities;
  readonly #observer: StoreObserver;
  readonly #marks: Pick<KnownMarks, 'renewedAtMs'>;

  constructor({ connection, capabilities, observer, marks }: RedisSessionStoreOptions) {
    this.#connection = connection;
    this.#capabilities = capabilities;
    this.#observer = observer;
    this.#marks = marks;
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    this.#connection.touch(request, deadlineAtMs, receiver);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    if (request.ownLimits !== undefined && !this.#capabilities.allCan('own_limits')) {
      throw new StoreUnavailable('refused', 'not all replicas can read own limits yet');
    }
    const partition = partitionIndex(request.key);
    const { claim, deadlines, events, limits, installation, session } = partitionKeys(partition);
    const keys = [session(request.key), deadlines, events, limits, installation];
    if (request.claim !== undefined) keys.push(claim(request.key));
    const overLimits = limitWords(request.source);
    const markedAtMs = this.#marks.renewedAtMs(partition);
    const words = openWords(request, overLimits, this.#capabilities, markedAtMs);
    return this.#connection.open(request, keys, words);
  }

  async claim(at: SessionKey, name: SessionKey): Promise<Claim> {
    const keys = [partitionOf(at).claim(at)];
    const words = [name, milliseconds(CLAIM_KEPT_MS), milliseconds(CLAIM_REST_MIN_MS)];
    const reply = await this.#connection.run('claim', keys, words, ['claimed']);
    const [settled = '', token = ''] = reply.words;
    if (!isSessionKey(settled) || token === '') throw unreadableReply();
    return { name: settled, token };
  }

  async visitLogin(visit: LoginVisit): Promise<LoginOutcome> {
    const { deadlines, events, session } = partitionOf(visit.key);
    const keys = [session(visit.key), deadlines, events];
    const words = loginWords(visit, this.#capabilities);
    const reply = await this.#connection.run('login', keys, words, LOGIN_WORDS);
    const outcome = decodeLogin(reply);
    this.#wrote(loginEvents(visit, outcome, decodeLimit(reply)), visit);
    return outcome;
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    const { deadlines, events, session } = partitionOf(request.key);
    const keys = [session(request.key), deadlines, events];
    const words = endWords(request, this.#capabilities);
    const outcome = decodeEnd(await this.#connection.run('end', keys, words, END_WORDS));
    this.#wrote(endEvents(request, outcome), request);
    return outcome;
  }

  // Touches and openings report this themselves.
  #wrote(events: readonly WrittenEvent[], check: CallingCheck): void {
    for (const event of events) this.#observer.wrote?.(event, check);
  }
}
