import { expect } from 'chai';
import type { CheckReply, RequestFacts } from '../../../src/authz/check-call.ts';
import { createCheckHandler } from '../../../src/authz/check-handler.ts';
import type { CheckObservation } from '../../../src/authz/check-observer.ts';
import {
  OpeningsAtLimit,
  ServerKeysIncomplete,
  TokenKeysUnavailable,
} from '../../../src/authz/check-faults.ts';
import type { TokenVerifier } from '../../../src/authz/token-verifier.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../src/policy/selection/policy-set.ts';
import type { Claim } from '../../../src/session/claim.ts';
import { tagOf, type SessionKey } from '../../../src/session/session-key.ts';
import type {
  OpenRequest,
  SessionStore,
  TouchReceiver,
  TouchRequest,
} from '../../../src/session/session-store.ts';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { MemorySessionStore } from '../../../src/store/memory/memory-session-store.ts';
import { askHandler } from '../../support/decision/ask-handler.ts';
import { namesOf } from '../../support/decision/decision-path.ts';
import { subjectNamesOf } from '../../support/decision/subject-names.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import { touched } from '../../support/store/touched.ts';

const POLICIES = `
version: 1
openings: { per_second: 1, burst: 2 }
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: api, jwt: { issuer: 'https://idp.example.com', audience: api, jwks_file: /keys.json, session_claim: sid }, credential_lifetime: 30d }
policies:
  - { name: watched, match: [{ path: /watched/** }], mode: observe, idle: 5m, absolute: 8h, sources: [web] }
  - { name: named, match: [{ path: /named }], by_name: true, idle: 5m, absolute: 8h, sources: [web] }
  - { name: default, idle: 1h, absolute: 12h }
`;
const LIVE: TouchOutcome = {
  kind: 'live',
  clocks: { nowMs: 0, startedAtMs: 0, lastActivityAtMs: 0, longestGapMs: 0 },
  activity: 'moved',
  opened: false,
};
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzaWQiOiJvbmUifQ.c2lnbmF0dXJl';

describe('check handler', () => {
  it('gives no verdict when the store cannot be asked, and denies no request for it', async () => {
    const path = handlerOver({
      touch: () => Promise.reject(new StoreUnavailable('down', 'no connection')),
    });
    expect(await path.check('/')).to.deep.equal({
      kind: 'none',
      grpcStatus: 'UNAVAILABLE',
      message: 'store_unavailable: no connection',
    });
    expect(path.last()).to.include({
      verdict: 'none',
      reason: 'store_unavailable',
      policy: 'default',
    });
  });

  it('allows with the true reason under an observing policy, and removes no credential', async () => {
    const path = handlerOver({
      touch: () => Promise.reject(new StoreUnavailable('late', 'too late')),
    });
    const reply = await path.check('/watched/page');
    expect(reply).to.nested.include({ kind: 'allow', 'metadata.reason': 'store_unavailable' });
    expect(path.last()).to.include({ verdict: 'allow', mode: 'observe' });
  });

  it('never turns a late reply into an allow', async () => {
    let nowMs = 0;
    let storeTakesMs = 139;
    const store = new MemorySessionStore({ clock: () => 1_000_000 });
    const path = handlerOver(
      {
        touch: async (request) => {
          const outcome = await touched(store, request);
          nowMs += storeTakesMs;
          return outcome;
        },
        open: (request) => store.open(request),
      },
      { monotonicMs: () => nowMs },
    );
    path.olderKeys = false;
    expect(await path.check('/')).to.include({ kind: 'allow' });
    storeTakesMs = 140;
    expect(await path.check('/')).to.deep.equal({
      kind: 'none',
      grpcStatus: 'UNAVAILABLE',
      message: 'store_unavailable: no answer within the decision budget',
    });
  });

  it('does no store work for a caller that has hung up', async () => {
    const path = handlerOver({ touch: () => expect.fail('the store was asked') });
    expect(await path.check('/', { cancelled: true })).to.include({
      kind: 'none',
      grpcStatus: 'RESOURCE_EXHAUSTED',
    });
  });

  it('does no store work for a call whose time is over', async () => {
    const path = handlerOver({ touch: () => expect.fail('the store was asked') });
    const reply = await path.check('/', { callBudgetMs: 5 });
    expect(reply).to.include({ kind: 'none', grpcStatus: 'UNAVAILABLE' });
  });

  it('opens no session for a caller that hung up while the store was asked', async () => {
    const call = { cancelled: false };
    const path = handlerOver({
      touch: () => {
        call.cancelled = true;
        return Promise.resolve({ kind: 'unknown', nowMs: 0 });
      },
      open: () => expect.fail('a session was opened'),
    });
    expect(await path.check('/', call)).to.include({ kind: 'none' });
  });

  it('treats an unforeseen error as a bug, and keeps its text off the wire', async () => {
    const path = handlerOver({
      touch: () => {
        throw new TypeError('canary');
      },
    });
    expect(await path.check('/')).to.deep.equal({
      kind: 'none',
      grpcStatus: 'INTERNAL',
      message: 'internal_error',
    });
    expect(path.last().fault).to.be.instanceOf(TypeError);
  });

  it('gives no verdict when the route names a policy that the file does not offer by name', async () => {
    const path = handlerOver({});
    for (const name of ['default', 'missing']) {
      const reply = await path.check('/', { context: new Map([['curfew-policy', name]]) });
      expect(reply, name).to.include({ kind: 'none', grpcStatus: 'INVALID_ARGUMENT' });
    }
  });

  it('refuses the check above the limit without asking the store, and admits again afterwards', async () => {
    const store = new MemorySessionStore({ clock: () => 1_000_000 });
    let release = (): void => {};
    let asked = 0;
    const path = handlerOver({
      touch: async (request) => {
        asked += 1;
        if (asked <= 2) await new Promise<void>((resolve) => (release = after(release, resolve)));
        return touched(store, request);
      },
      open: (request) => store.open(request),
      claim: (at, name) => store.claim(at, name),
    });
    const waiting = [path.check('/'), path.check('/')];
    expect(await path.check('/')).to.include({ kind: 'none', grpcStatus: 'RESOURCE_EXHAUSTED' });
    expect(await path.check('/watched/x')).to.nested.include({
      kind: 'allow',
      'metadata.reason': 'overloaded',
    });
    expect(asked).to.equal(2);
    release();
    for (const reply of await Promise.all(waiting)) expect(reply.kind).to.equal('allow');
    expect(await path.check('/')).to.include({ kind: 'allow' });
  });

  it('opens only as many sessions as the file allows, and still allows known ones', async () => {
    const store = new MemorySessionStore({ clock: () => 1_000_000 });
    const path = handlerOver(asking(store), { monotonicMs: () => 0 });
    expect(await path.check('/', { credential: 'one' })).to.include({ kind: 'allow' });
    expect(await path.check('/', { credential: 'two' })).to.include({ kind: 'allow' });
    expect(await path.check('/', { credential: 'three' })).to.include({
      kind: 'none',
      grpcStatus: 'RESOURCE_EXHAUSTED',
    });
    expect(path.last().fault).to.be.instanceOf(OpeningsAtLimit); // its metric looks for this class
    expect(await path.check('/', { credential: 'one' })).to.include({ kind: 'allow' });
  });

  it('finds a session that was opened under an older server key, and its end', async () => {
    const store = new MemorySessionStore({ clock: () => 1_000_000 });
    const path = handlerOver(asking(store));
    const [olderKey] = namesOf('web', 'one').olderKeys();
    if (olderKey === undefined) throw new Error('there is no older key');
    const source = path.policies.sourceRules.get('web');
    if (source === undefined) throw new Error('there is no source');
    await store.open({
      key: olderKey,
      rule: {
        policy: 'default',
        idleTimeoutMs: 3_600_000,
        absoluteTimeoutMs: 3_600_000,
        onExpiry: 'end',
        mode: 'enforce',
        countsAsActivity: true,
        maxStalenessMs: 0,
      },
      source,
      opening: 'first-use',
      startedAtMs: undefined,
    });
    expect(await path.check('/', { credential: 'one' })).to.include({ kind: 'allow' });
    expect(path.last().outcome).to.include({ kind: 'live', opened: false });
    // The tag of a session stays the same while server keys are replaced.
    expect(path.last().tag).to.equal(tagOf(olderKey));
    await store.end({ key: olderKey, source, by: 'revoked' });
    expect(await path.check('/', { credential: 'one' })).to.nested.include({
      kind: 'deny',
      'metadata.reason': 'revoked',
    });
  });

  describe('with several server keys', () => {
    const own = namesOf('web', 'one').key;
    const [other = own] = namesOf('web', 'one').olderKeys();

    it('opens under the name that another replica has claimed for the same credential', async () => {
      const store = new MemorySessionStore({ clock: () => 1_000_000 });
      const asked: string[] = [];
      const path = handlerOver({
        ...asking(store),
        claim: async (at, name) => {
          asked.push(`${at === own ? 'own' : 'other'} for ${name === own ? 'own' : 'other'}`);
          return store.claim(at, other);
        },
        open: (request) => {
          asked.push(`open ${request.key === other}`);
          return store.open(request);
        },
      });
      expect(await path.check('/')).to.include({ kind: 'allow' });
      const [first, second] = own < other ? ['own', 'other'] : ['other', 'own'];
      expect(asked).to.deep.equal([`${first} for own`, `${second} for other`, 'open true']);
      expect(path.last().tag).to.equal(tagOf(other));
    });

    it('opens nothing where two openings have each claimed a name of their own', async () => {
      const store = new MemorySessionStore({ clock: () => 1_000_000 });
      const path = handlerOver({
        ...asking(store),
        claim: async (at) => store.claim(at, at),
        open: async () => expect.fail('it was opened'),
      });
      expect(await path.check('/')).to.include({ kind: 'none', grpcStatus: 'UNAVAILABLE' });
      expect(path.last().fault).to.be.instanceOf(ServerKeysIncomplete);
    });

    it('gives one credential one session, whichever of two replicas with different orders of keys is asked first', async () => {
      const store = new MemorySessionStore({ clock: () => 1_000_000 });
      // Both have asked under both names before either opens.
      const waiting: (() => void)[] = [];
      const bothHaveLooked = async (): Promise<void> => {
        if (waiting.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
        else for (const go of waiting) go();
      };
      const together: AskedStore = {
        ...asking(store),
        claim: async (at, name) => {
          await bothHaveLooked();
          return store.claim(at, name);
        },
      };
      const one = handlerOver(together);
      const two = handlerOver(together);
      two.swapsKeys = true;
      const replies = await Promise.all([one.check('/'), two.check('/')]);
      expect(replies.map(({ kind }) => kind)).to.deep.equal(['allow', 'allow']);
      expect(store.events().map(({ kind }) => kind)).to.deep.equal(['opened']);
    });

    it('asks the store once for a session that is known under the key that is written with', async () => {
      const store = new MemorySessionStore({ clock: () => 1_000_000 });
      let touches = 0;
      const path = handlerOver({
        ...asking(store),
        touch: (request) => {
          touches += 1;
          return touched(store, request);
        },
      });
      await path.check('/');
      expect(touches).to.equal(2);
      await path.check('/');
      expect(touches).to.equal(3);
      // Under the other key it costs one more, for as long as the session lasts.
      path.swapsKeys = true;
      await path.check('/');
      expect(touches).to.equal(5);
    });

    it('opens nothing under a name that it does not know', async () => {
      const path = handlerOver({
        touch: () => Promise.resolve({ kind: 'unknown', nowMs: 0 }),
        claim: async () => ({ name: namesOf('web', 'a stranger').key, token: 'one' }),
        open: () => expect.fail('a session was opened'),
      });
      expect(await path.check('/')).to.include({ kind: 'none', grpcStatus: 'UNAVAILABLE' });
    });

    it('gives no verdict on an unknown credential while a key may be missing, and still decides on known ones', async () => {
      const store = new MemorySessionStore({ clock: () => 1_000_000 });
      const path = handlerOver(asking(store));
      expect(await path.check('/', { credential: 'known' })).to.include({ kind: 'allow' });
      path.whyKeysIncomplete = 'this replica lacks a server key of the others';
      expect(await path.check('/', { credential: 'new' })).to.deep.equal({
        kind: 'none',
        grpcStatus: 'UNAVAILABLE',
        message: 'internal_error: this replica lacks a server key of the others',
      });
      expect(await path.check('/', { credential: 'known' })).to.include({ kind: 'allow' });
      expect(store.size).to.equal(1);
    });

    it('continues under the names that it began with when the keys change meanwhile', async () => {
      const store = new MemorySessionStore({ clock: () => 1_000_000 });
      const keysAsked: SessionKey[] = [];
      const path = handlerOver({
        ...asking(store),
        touch: (request) => {
          keysAsked.push(request.key);
          path.swapsKeys = true;
          return touched(store, request);
        },
        open: (request) => {
          keysAsked.push(request.key);
          return store.open(request);
        },
      });
      await path.check('/');
      expect(keysAsked).to.deep.equal([own, other, own]);
    });
  });

  it('asks the store once for a known session and twice for the check that opens one', async () => {
    const store = new MemorySessionStore({ clock: () => 1_000_000 });
    const asked: string[] = [];
    const path = handlerOver({
      touch: (request) => {
        asked.push('touch');
        return touched(store, request);
      },
      open: (request) => {
        asked.push('open');
        return store.open(request);
      },
    });
    path.olderKeys = false;
    await path.check('/');
    expect(asked.splice(0)).to.deep.equal(['touch', 'open']);
    await path.check('/');
    expect(asked).to.deep.equal(['touch']);
  });

  it('does not wait when the store answers at once', () => {
    const path = handlerOver({}, undefined, undefined, (_request, _deadlineAtMs, receiver) =>
      receiver.touched(LIVE),
    );
    const replies: CheckReply[] = [];
    path.start(factsOf({ headers: { cookie: 'sid=one' } }), (reply) => replies.push(reply));
    expect(replies.map(({ kind }) => kind)).to.deep.equal(['allow']);
  });

  it('answers and observes once, however often the store answers', () => {
    const receivers: TouchReceiver[] = [];
    const path = handlerOver({}, undefined, undefined, (_request, _deadlineAtMs, receiver) =>
      receivers.push(receiver),
    );
    const replies: CheckReply[] = [];
    for (let check = 0; check < 4; check += 1) {
      path.start(factsOf({ headers: { cookie: 'sid=one' } }), (reply) => replies.push(reply));
      for (const receiver of receivers.splice(0)) {
        receiver.failed(new StoreUnavailable('down', 'no connection'));
        receiver.touched(LIVE);
        receiver.failed(new StoreUnavailable('down', 'no connection'));
      }
      expect(replies.map(({ kind }) => kind)).to.deep.equal(Array(check + 1).fill('none'));
      expect(path.observed).to.equal(check + 1);
    }
    // None of them still counts among the two in flight.
    path.start(factsOf({ headers: { cookie: 'sid=one' } }), (reply) => replies.push(reply));
    expect(receivers).to.have.lengthOf(1);
  });

  it('asks the store for an answer before its own deadline, with parts that stay the same', () => {
    const asked: (TouchRequest & { readonly deadlineAtMs: number })[] = [];
    const path = handlerOver({}, { monotonicMs: () => 1_000 }, undefined, (request, deadlineAtMs) =>
      asked.push({ ...request, deadlineAtMs }),
    );
    for (const credential of ['one', 'two']) {
      path.start(
        factsOf({ headers: { cookie: `sid=${credential}` }, callBudgetMs: 100 }),
        () => undefined,
      );
    }
    const [first, second] = asked;
    expect(first?.deadlineAtMs).to.equal(1_090);
    expect(first?.key).not.to.equal(second?.key);
    expect(first?.rule).to.equal(second?.rule).and.to.satisfy(Object.isFrozen);
    expect(first?.source).to.equal(second?.source);
  });

  it('gives no second answer when the receiver of the first one has thrown', () => {
    const path = handlerOver({}, undefined, undefined, (_request, _deadlineAtMs, receiver) =>
      receiver.touched(LIVE),
    );
    const replies: CheckReply[] = [];
    const answer = (reply: CheckReply): void => {
      replies.push(reply);
      throw new Error('the connection is gone');
    };
    const start = (): void => path.start(factsOf({ headers: { cookie: 'sid=one' } }), answer);
    expect(start).to.throw('the connection is gone');
    expect(replies).to.have.lengthOf(1);
  });

  it('gives no verdict when even the observer fails, and lets nothing through', async () => {
    const path = handlerOver(asking(new MemorySessionStore({ clock: () => 1_000_000 })));
    path.observes = () => {
      throw new Error('canary');
    };
    expect(await path.check('/watched/page')).to.deep.equal({
      kind: 'none',
      grpcStatus: 'INTERNAL',
      message: 'internal_error',
    });
  });

  it('gives no verdict while the keys of an issuer are unavailable', async () => {
    const path = handlerOver({}, undefined, {
      verify: () => Promise.reject(new TokenKeysUnavailable('no keys of source api')),
    });
    expect(await path.check('/', { token: TOKEN })).to.deep.equal({
      kind: 'none',
      grpcStatus: 'UNAVAILABLE',
      message: 'internal_error: no keys of source api',
    });
  });

  it('denies a token that does not verify', async () => {
    const invalid = { kind: 'invalid', cause: 'audience' } as const;
    const path = handlerOver({}, undefined, { verify: () => Promise.resolve(invalid) });
    const reply = await path.check('/', { token: TOKEN });
    expect(reply).to.nested.include({ kind: 'deny', 'metadata.reason': 'invalid_token' });
    expect(path.last(), 'the operator sees the cause').to.include({ cause: 'audience' });
    expect(JSON.stringify(reply), 'the client does not').not.to.contain('audience');
  });

  it('denies a verified token that names no session', async () => {
    const claims = { iss: 'https://idp.example.com', aud: 'api' };
    const path = handlerOver({}, undefined, { verify: () => ({ kind: 'verified', claims }) });
    expect(await path.check('/', { token: TOKEN })).to.include({ kind: 'deny' });
    expect(path.last()).to.include({ reason: 'invalid_token', cause: 'no_session_claim' });
  });

  it('does not blame the store when the keys take longer than the call has time', async () => {
    const path = handlerOver({}, undefined, { verify: () => new Promise(() => undefined) });
    expect(await path.check('/', { token: TOKEN, callBudgetMs: 30 })).to.deep.equal({
      kind: 'none',
      grpcStatus: 'UNAVAILABLE',
      message: 'internal_error: the token could not be verified within the decision budget',
    });
    expect(path.last()).to.include({ reason: 'internal_error', cause: undefined });
  });

  it("opens a token's session at the login that the token proves", async () => {
    const claims = { iss: 'https://idp.example.com', aud: 'api', sid: 'one', auth_time: 500.5 };
    const opened: OpenRequest[] = [];
    const path = handlerOver(
      {
        touch: () => Promise.resolve({ kind: 'unknown', nowMs: 0 }),
        open: (request) => {
          opened.push(request);
          return Promise.resolve(LIVE);
        },
      },
      undefined,
      { verify: () => ({ kind: 'verified', claims }) },
    );
    path.olderKeys = false;
    expect(await path.check('/', { token: TOKEN })).to.include({ kind: 'allow' });
    expect(opened.map(({ startedAtMs }) => startedAtMs)).to.deep.equal([500_500]);
  });

  it('names the source of a credential, well-formed or not, in the metadata and to the observer', async () => {
    const path = handlerOver({ touch: () => Promise.resolve(LIVE) });
    for (const [credential, kind, source] of [
      ['one', 'allow', 'web'],
      ['"one', 'deny', 'web'],
      ['', 'deny', undefined],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const reply = await path.check('/', { credential });
      expect(reply, credential).to.include({ kind });
      expect(reply).to.have.property('metadata').that.includes({ source });
      expect(path.last()).to.include({ source });
    }
  });

  it("removes another source's credential from the request, and keeps the other cookies", async () => {
    const store = new MemorySessionStore({ clock: () => 1_000_000 });
    const path = handlerOver(asking(store));
    const reply = await path.check('/named', { token: TOKEN });
    expect(reply).to.include({ kind: 'allow' });
    expect(reply).to.have.property('requestHeadersToRemove').that.includes('authorization');
  });
});

interface Asked {
  readonly cancelled?: boolean;
  readonly callBudgetMs?: number;
  readonly context?: ReadonlyMap<string, string>;
  readonly credential?: string;
  /** A bearer token, instead of the cookie where the policy admits both. */
  readonly token?: string;
}

class HandlerUnderTest {
  readonly policies: PolicySet;
  olderKeys = true;
  /** As on a replica whose key file lists them in a different order. */
  swapsKeys = false;
  whyKeysIncomplete: string | undefined;
  observes = (): void => {};
  readonly #observations: CheckObservation[] = [];
  readonly #check: ReturnType<typeof createCheckHandler>;

  constructor(store: SessionStore, monotonicMs: () => number, tokens: TokenVerifier) {
    const file = parsePolicyFile(POLICIES, 'test.yaml');
    if (file.kind !== 'ok') throw new Error(file.problems.map(({ message }) => message).join('\n'));
    this.policies = file.policies;
    this.#check = createCheckHandler({
      policies: () => file.policies,
      namesOf: (source, credential) => {
        const names = namesOf(source, credential);
        const [other] = names.olderKeys();
        if (this.swapsKeys && other !== undefined) {
          return { ...names, key: other, olderKeys: () => [names.key] };
        }
        return this.olderKeys ? names : { ...names, olderKeys: () => [] };
      },
      subjectNamesOf,
      whyKeysIncomplete: () => this.whyKeysIncomplete,
      hash: (text) => text,
      tokens,
      store,
      directory: new MemorySessionStore({ clock: monotonicMs }).directory,
      areSubjectsNoted: () => true,
      observer: {
        checked: (observation) => {
          this.#observations.push(observation);
          this.observes();
        },
      },
      clock: { monotonicMs, wallMs: () => 1_000_000 },
      inFlightMax: 2,
      decisionBudgetMs: 150,
    });
  }

  async check(path: string, asked: Asked = {}): Promise<CheckReply> {
    const { credential = 'one', token, callBudgetMs, context = new Map<string, string>() } = asked;
    const cookie = token === undefined || path === '/named' ? { cookie: `sid=${credential}` } : {};
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const facts = factsOf({ headers: { ...cookie, ...bearer }, path, context, callBudgetMs });
    const call = {
      get cancelled() {
        return asked.cancelled ?? false;
      },
    };
    return askHandler(this.#check, facts, call);
  }

  start(facts: RequestFacts, answer: (reply: CheckReply) => void): void {
    this.#check(facts, { cancelled: false, answer });
  }

  get observed(): number {
    return this.#observations.length;
  }

  last(): CheckObservation {
    const observation = this.#observations.at(-1);
    if (observation === undefined) throw new Error('nothing was observed');
    return observation;
  }
}

/** The answers that a test gives the store. */
interface AskedStore {
  touch?(request: TouchRequest): Promise<TouchOutcome>;
  open?(request: OpenRequest): Promise<TouchOutcome>;
  claim?(at: SessionKey, name: SessionKey): Promise<Claim>;
}

function asking(store: MemorySessionStore): AskedStore {
  return {
    touch: (request) => touched(store, request),
    open: (request) => store.open(request),
    claim: (at, name) => store.claim(at, name),
  };
}

function handlerOver(
  store: AskedStore,
  clock: { monotonicMs: () => number } = { monotonicMs: () => performance.now() },
  tokens: TokenVerifier = { verify: () => expect.fail('a token was verified') },
  touch?: SessionStore['touch'],
): HandlerUnderTest {
  const unused = (): never => expect.fail('the store was asked for something else');
  const whole: SessionStore = {
    touch:
      touch ??
      ((request, _deadlineAtMs, receiver) => {
        const asked = store.touch?.(request) ?? unused();
        asked.then(
          (outcome) => receiver.touched(outcome),
          (fault: Error) => receiver.failed(fault),
        );
      }),
    open: (request) => store.open?.(request) ?? unused(),
    claim: (at, name) => store.claim?.(at, name) ?? unused(),
    visitLogin: unused,
    end: unused,
  };
  return new HandlerUnderTest(whole, clock.monotonicMs, tokens);
}

function after(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}
