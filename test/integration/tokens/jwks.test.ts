import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  type RunningTokenVerifier,
  createTokenVerifier,
} from '../../../src/tokens/create-token-verifier.ts';
import { TokenKeysUnavailable } from '../../../src/authz/check-faults.ts';
import type { TokenProof } from '../../../src/authz/token-verifier.ts';
import type { Source } from '../../../src/terms/source.ts';
import { eventually } from '../../support/time/eventually.ts';
import { type JwksServer, jwksServer } from '../../support/tokens/jwks-server.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';
import {
  CLAIMS,
  NOW_MS,
  type SigningKey,
  type TokenEvent,
  keySetText,
  recordTo,
  signingKey,
  sourceWith,
} from '../../unit/tokens/tokens.ts';

const VERIFIED = { kind: 'verified', claims: CLAIMS };

type Verification = TokenProof | Promise<TokenProof>;

/** The claims, the cause of an invalid token, or `unavailable`: there was no verdict. */
async function outcome(verification: () => Verification): Promise<unknown> {
  try {
    const proof = await verification();
    return proof.kind === 'verified' ? proof.claims : proof.cause;
  } catch (error) {
    expect(error).to.be.instanceOf(TokenKeysUnavailable);
    return 'unavailable';
  }
}

describe('token keys from a URL', () => {
  let one: SigningKey;
  let two: SigningKey;
  let server: JwksServer;
  let source: Source;
  let verifier: RunningTokenVerifier;
  let clock: ManualClock;
  let events: TokenEvent[];

  before(async () => {
    [one, two] = await Promise.all([signingKey('one'), signingKey('two')]);
  });
  beforeEach(async () => {
    server = await jwksServer(keySetText(one));
    source = sourceWith({ kind: 'uri', uri: server.uri, plainHttp: 'refused' });
    clock = new ManualClock(NOW_MS);
    events = [];
  });
  afterEach(async () => {
    verifier.close();
    await server.close();
  });

  function start(refreshMs?: number): void {
    verifier = createTokenVerifier({
      sources: [source],
      clock: clock.now,
      observer: recordTo(events),
      ...(refreshMs === undefined ? {} : { refreshMs }),
    });
  }

  function verify(token: string): Promise<unknown> {
    return outcome(() => verifier.verify(source, token));
  }

  it('are fetched once at the start, before any token arrives', async () => {
    start();
    await verifier.firstTried();
    expect(events).to.deep.equal([{ kind: 'loaded', origin: server.uri, keys: 1, ignored: 0 }]);
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('let a token wait that arrives before them', async () => {
    start();
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('give an answer at once for a token that was seen before, until it expires', async () => {
    start();
    const token = await one.sign();
    await verify(token);
    expect(verifier.verify(source, token)).to.deep.equal(VERIFIED);
    clock.set((CLAIMS.exp ?? 0) * 1000);
    expect(verifier.verify(source, token)).to.be.instanceOf(Promise);
    expect(await verify(token)).to.equal('expired');
  });

  it('give no answer at once for a token that was found invalid', async () => {
    start();
    const expired = await one.sign({ ...CLAIMS, exp: 1 });
    expect(await verify(expired)).to.equal('expired');
    expect(verifier.verify(source, expired)).to.be.instanceOf(Promise);
  });

  it('are fetched again when a token names a new one', async () => {
    start();
    await verify(await one.sign());
    server.answer = keySetText(one, two);
    expect(await verify(await two.sign())).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(2);
  });

  it('are not fetched endlessly because of junk', async () => {
    start();
    const junk = await signingKey('junk');
    await verifier.firstTried();
    const answers: unknown[] = [];
    for (let count = 0; count < 50; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what defeats the shared fetch
      answers.push(await verify(await junk.sign({ ...CLAIMS, jti: `${count}` })));
    }
    expect(server.asked).to.equal(4);
    expect(answers.slice(0, 3), 'a fetch has shown that the key does not exist').to.deep.equal(
      Array.from({ length: 3 }, () => 'unknown_key'),
    );
    expect(new Set(answers.slice(3)), 'it could exist by now').to.deep.equal(
      new Set(['unavailable']),
    );
    clock.advance(20_000);
    expect(await verify(await junk.sign())).to.equal('unknown_key');
    expect(server.asked).to.equal(5);
  });

  /** Tokens that anybody can make: the right claims, a new key ID each, and no real signature. */
  async function flood(tokens: number): Promise<void> {
    for (let count = 0; count < tokens; count += 1) {
      const header = { alg: 'ES256', kid: `junk ${Math.random()}` };
      const token = `${part(header)}.${part({ ...CLAIMS, iat: clock.now() / 1000 })}.AAAA`;
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what spends the budget
      expect(await verify(token)).to.be.oneOf(['unknown_key', 'unavailable']);
    }
  }

  it('that rotate during a flood of junk deny no honest token', async () => {
    start();
    await verifier.firstTried();
    await flood(4);
    server.answer = keySetText(one, two);
    const honest = await two.sign({ ...CLAIMS, iat: clock.now() / 1000 });
    const answers: string[] = [];
    for (let second = 0; second <= 21; second += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await verify(honest);
      answers.push(typeof answer === 'string' ? answer : 'verified');
      clock.advance(1_000);
      // oxlint-disable-next-line no-await-in-loop
      await flood(1);
    }
    expect(answers.slice(0, 20)).to.deep.equal(Array.from({ length: 20 }, () => 'unavailable'));
    expect(
      answers.at(-1),
      'as soon as the budget allows a fetch, for honest tokens or junk',
    ).to.equal('verified');
  });

  it('that were read after a token was issued deny it without another fetch', async () => {
    start();
    await verifier.firstTried();
    clock.advance(90_000);
    await flood(4);
    const readAtS = clock.now() / 1000;
    const asked = server.asked;
    const withdrawn = (iat: number) => two.sign({ ...CLAIMS, iat });
    expect(await verify(await withdrawn(readAtS - 60))).to.equal('unknown_key');
    expect(await verify(await withdrawn(readAtS - 59)), 'issuers have clocks too').to.equal(
      'unavailable',
    );
    expect(await verify(await two.sign(CLAIMS)), 'nothing says when').to.equal('unavailable');
    expect(server.asked).to.equal(asked);
  });

  it('are fetched once more for a token that arrives during an older fetch', async () => {
    start();
    await verifier.firstTried();
    const answers: (() => void)[] = [];
    server.answer = (_, response) => {
      answers.push(() => void response.end(keySetText(one)));
    };
    const junk = verify(await (await signingKey('junk')).sign());
    await eventually('the fetch for junk', () => answers.length === 1);
    const honest = verify(await two.sign());
    server.answer = keySetText(one, two); // published after the fetch for junk was answered
    answers[0]?.();
    expect(await junk).to.equal('unknown_key');
    expect(await honest).to.deep.equal(CLAIMS);
  });

  it('are fetched once for many tokens at the same time', async () => {
    start();
    await verifier.firstTried();
    server.answer = keySetText(two);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, count) => two.sign({ ...CLAIMS, jti: `${count}` })),
    );
    const all = await Promise.all(tokens.map((token) => verify(token)));
    expect(all.every((each) => typeof each === 'object')).to.equal(true);
    expect(server.asked).to.equal(2);
  });

  it('are refreshed in the background, and a withdrawn one is forgotten with its tokens', async () => {
    start(100);
    const token = await one.sign();
    expect(await verify(token)).to.deep.equal(CLAIMS);
    server.answer = keySetText(two);
    await eventually('withdrawal', async () => (await verify(token)) === 'unknown_key');
    expect(await verify(await two.sign())).to.deep.equal(CLAIMS);
  });

  it('are kept while the provider is down, reported once, and fetched again when it is back', async () => {
    start(50);
    const token = await one.sign();
    await verify(token);
    server.answer = (_, response) => response.writeHead(503).end();
    await eventually('fault', () => events.find(({ kind }) => kind === 'unreadable'));
    const asked = server.asked;
    await eventually('further attempts', () => server.asked > asked + 1);
    const faults = events.filter(({ kind }) => kind === 'unreadable');
    expect(faults).to.deep.equal([
      {
        kind: 'unreadable',
        origin: server.uri,
        why: 'the answer has status 503',
        kept: true,
      },
    ]);
    expect(await verify(await one.sign({ ...CLAIMS, jti: 'new' }))).to.be.an('object');
    server.answer = keySetText(one, two);
    await eventually('new keys', async () => typeof (await verify(await two.sign())) === 'object');
  });

  it('give no verdict for a key that could not be fetched', async () => {
    start();
    await verifier.firstTried();
    server.answer = (_, response) => response.writeHead(503).end();
    expect(await verify(await two.sign())).to.equal('unavailable');
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
  });

  it('deny tokens that are invalid under any key while the provider is down', async () => {
    start();
    await verifier.firstTried();
    server.answer = (_, response) => response.writeHead(503).end();
    expect(await verify(await two.sign({ ...CLAIMS, exp: 1 }))).to.equal('expired');
  });

  const silent: JwksServer['answer'] = () => undefined;
  it('give no verdict quickly when the provider is slow, and are used once they arrive', async () => {
    let release: () => void = () => undefined;
    server.answer = (_, response) => {
      release = () => void response.end(keySetText(one));
    };
    start();
    const begunAtMs = performance.now();
    expect(await verify(await one.sign())).to.equal('unavailable');
    expect(performance.now() - begunAtMs).to.be.below(1_000);
    release();
    await verifier.firstTried();
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
  });

  const faults: readonly (readonly [what: string, answer: JwksServer['answer'], why: RegExp])[] = [
    [
      'an error',
      (_, response) => response.writeHead(500).end('secret'),
      /^the answer has status 500$/,
    ],
    ['a redirect', redirect, /could not be fetched/],
    ['a broken connection', (request) => request.socket.destroy(), /could not be fetched/],
    ['garbage', '<html>secret</html>', /not a JWK set/],
    ['half an answer', breakOff, /could not be fetched/],
    ['an empty set', '{"keys":[]}', /no key that can verify/],
    ['symmetric keys', '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', /no key that can verify/],
    ['a huge answer', `{"keys":[]${' '.repeat(300_000)}}`, /longer than 256 KiB/],
    ['an answer without end', endless, /longer than 256 KiB/],
  ];
  for (const [what, answer, why] of faults) {
    it(`give no verdict when ${what} arrives instead, and say why`, async () => {
      server.answer = answer;
      start(200);
      expect(await verify(await one.sign())).to.equal('unavailable');
      await verifier.firstTried();
      const [event] = events;
      expect(event).to.include({ kind: 'unreadable', kept: false });
      expect(event).to.have.property('why').that.matches(why).and.does.not.contain('secret');
      server.answer = keySetText(one);
      await eventually(
        'recovery',
        async () => typeof (await verify(await one.sign())) === 'object',
      );
    });
  }

  const FAR = { kind: 'uri', uri: 'http://idp.example.com/jwks.json' } as const;
  for (const [plainHttp, fetched] of [
    ['refused', false],
    ['accepted', true],
  ] as const) {
    it(`are ${plainHttp} over plain http from another machine if the policy file says so`, async () => {
      let asked = 0;
      source = sourceWith({ ...FAR, plainHttp });
      verifier = createTokenVerifier({
        sources: [source],
        clock: clock.now,
        observer: recordTo(events),
        fetch: () => {
          asked += 1;
          return Promise.resolve(new Response(keySetText(one)));
        },
      });
      const answer = await verify(await one.sign());
      expect({ answer, asked }).to.deep.equal(
        fetched ? { answer: CLAIMS, asked: 1 } : { answer: 'unavailable', asked: 0 },
      );
      const why = events.map((event) => (event.kind === 'unreadable' ? event.why : event.kind));
      expect(why.join()).to.match(fetched ? /^loaded$/ : /without TLS/);
    });
  }

  it('are shared by sources of one provider, and kept over a reload of the file', async () => {
    const other = sourceWith(
      { kind: 'uri', uri: server.uri, plainHttp: 'refused' },
      { audiences: ['shop'] },
    );
    start();
    verifier.useSources([source, other]);
    const token = await one.sign();
    expect(await verify(token)).to.deep.equal(CLAIMS);
    expect(await outcome(() => verifier.verify(other, token))).to.equal('audience');
    const reloaded = sourceWith({ kind: 'uri', uri: server.uri, plainHttp: 'refused' });
    verifier.useSources([reloaded]);
    expect(verifier.verify(reloaded, token)).to.deep.equal(VERIFIED);
    expect(verifier.verify(source, token), 'a check that began before').to.deep.equal(VERIFIED);
    expect(server.asked).to.equal(1);
  });

  it('serve a source that was not configured before', async () => {
    start();
    const unannounced = sourceWith(
      { kind: 'uri', uri: server.uri, plainHttp: 'refused' },
      { leewayMs: 1_000 },
    );
    const token = await one.sign();
    expect(await outcome(() => verifier.verify(unannounced, token))).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('leave nothing running after close, even in the middle of a fetch', async () => {
    server.answer = silent;
    start(50);
    await eventually('request', () => server.asked === 1);
    const begunAtMs = performance.now();
    verifier.close();
    await verifier.firstTried();
    expect(performance.now() - begunAtMs, 'the fetch is given up').to.be.below(1_000);
    expect(events).to.deep.equal([]);
    server.answer = keySetText(one);
    await sleep(200);
    expect(server.asked).to.equal(1);
  });
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A place where any keys would be accepted, and `{}` would be reported if it were used. */
function redirect(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/elsewhere') response.end('{}');
  else response.writeHead(302, { location: '/elsewhere' }).end();
}

function breakOff(request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(200, { 'content-length': '500' })
    .write('{"keys', () => request.socket.destroy());
}

function endless(_: unknown, response: NodeJS.WritableStream): void {
  const more = (): void => {
    while (response.write(' '.repeat(16_384)));
  };
  response.on('drain', more);
  more();
}
