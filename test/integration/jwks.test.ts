import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  type RunningTokenVerifier,
  createTokenVerifier,
} from '../../src/app/jwt/create-token-verifier.ts';
import type { TokenEvent } from '../../src/app/jwt/token-event.ts';
import { TokenKeysUnavailable, type VerifiedClaims } from '../../src/authz/token-verifier.ts';
import type { Source } from '../../src/session/source.ts';
import { eventually } from '../support/eventually.ts';
import { type JwksServer, jwksServer } from '../support/jwks-server.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  CLAIMS,
  NOW_MS,
  type SigningKey,
  keySetText,
  signingKey,
  sourceWith,
} from '../unit/app/jwt-tokens.ts';

type Verification = VerifiedClaims | Promise<VerifiedClaims>;

/** The claims, `invalid`, or `unavailable`: there was no verdict. */
async function outcome(verification: () => Verification): Promise<unknown> {
  try {
    return (await verification()) ?? 'invalid';
  } catch (error) {
    expect(error).to.be.instanceOf(TokenKeysUnavailable);
    return 'unavailable';
  }
}

describe('token keys behind a URL', () => {
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
    source = sourceWith({ kind: 'uri', uri: server.uri });
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
      onEvent: (event) => events.push(event),
      ...(refreshMs === undefined ? {} : { refreshMs }),
    });
  }

  function verify(token: string): Promise<unknown> {
    return outcome(() => verifier.verify(source, token));
  }

  it('are fetched at the start, once, before any token comes', async () => {
    start();
    await verifier.firstTried();
    expect(events).to.deep.equal([
      { kind: 'token_keys_loaded', origin: server.uri, keys: 1, ignored: 0 },
    ]);
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('make a token wait that comes before they are there', async () => {
    start();
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('answer at once for a token seen before, until it expires', async () => {
    start();
    const token = await one.sign();
    await verify(token);
    expect(verifier.verify(source, token)).to.deep.equal(CLAIMS);
    clock.set((CLAIMS.exp ?? 0) * 1000);
    expect(verifier.verify(source, token)).to.be.instanceOf(Promise);
    expect(await verify(token)).to.equal('invalid');
  });

  it('do not answer at once for a token that was found invalid', async () => {
    start();
    const expired = await one.sign({ ...CLAIMS, exp: 1 });
    expect(await verify(expired)).to.equal('invalid');
    expect(verifier.verify(source, expired)).to.be.instanceOf(Promise);
  });

  it('are looked for again when a token names a new one', async () => {
    start();
    await verify(await one.sign());
    server.answer = keySetText(one, two);
    expect(await verify(await two.sign())).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(2);
  });

  it('are not fetched without end for junk', async () => {
    start();
    const junk = await signingKey('junk');
    await verifier.firstTried();
    for (let count = 0; count < 50; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what defeats the shared fetch
      expect(await verify(await junk.sign({ ...CLAIMS, jti: `${count}` }))).to.equal('invalid');
    }
    expect(server.asked).to.equal(4);
    clock.advance(20_000);
    await verify(await junk.sign());
    expect(server.asked).to.equal(5);
  });

  it('are fetched once for many tokens that come at the same time', async () => {
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
    await eventually('withdrawal', async () => (await verify(token)) === 'invalid');
    expect(await verify(await two.sign())).to.deep.equal(CLAIMS);
  });

  it('are kept while the provider is down, told once, and fetched anew when it is back', async () => {
    start(50);
    const token = await one.sign();
    await verify(token);
    server.answer = (_, response) => response.writeHead(503).end();
    await eventually('fault', () => events.find(({ kind }) => kind === 'token_keys_unreadable'));
    const asked = server.asked;
    await eventually('further attempts', () => server.asked > asked + 1);
    const faults = events.filter(({ kind }) => kind === 'token_keys_unreadable');
    expect(faults).to.deep.equal([
      {
        kind: 'token_keys_unreadable',
        origin: server.uri,
        why: 'the answer has status 503',
        kept: true,
      },
    ]);
    expect(await verify(await one.sign({ ...CLAIMS, jti: 'new' }))).to.be.an('object');
    server.answer = keySetText(one, two);
    await eventually('new keys', async () => typeof (await verify(await two.sign())) === 'object');
  });

  it('give no verdict for a key that could not be looked for', async () => {
    start();
    await verifier.firstTried();
    server.answer = (_, response) => response.writeHead(503).end();
    expect(await verify(await two.sign())).to.equal('unavailable');
    expect(await verify(await one.sign())).to.deep.equal(CLAIMS);
  });

  it('deny what is wrong without any key while the provider is down', async () => {
    start();
    await verifier.firstTried();
    server.answer = (_, response) => response.writeHead(503).end();
    expect(await verify(await two.sign({ ...CLAIMS, exp: 1 }))).to.equal('invalid');
  });

  const silent: JwksServer['answer'] = () => undefined;
  it('give no verdict soon when the provider is slow, and are used when they come', async () => {
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
    ['garbage', '<html>secret</html>', /no JWK set/],
    ['half an answer', breakOff, /could not be fetched/],
    ['an empty set', '{"keys":[]}', /no key that can verify/],
    ['symmetric keys', '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}', /no key that can verify/],
    ['a huge answer', `{"keys":[]${' '.repeat(300_000)}}`, /longer than 256 KiB/],
    ['an answer without end', endless, /longer than 256 KiB/],
  ];
  for (const [what, answer, why] of faults) {
    it(`give no verdict when ${what} comes instead, and say why`, async () => {
      server.answer = answer;
      start(200);
      expect(await verify(await one.sign())).to.equal('unavailable');
      await verifier.firstTried();
      const [event] = events;
      expect(event).to.include({ kind: 'token_keys_unreadable', kept: false });
      expect(event).to.have.property('why').that.matches(why).and.does.not.contain('secret');
      server.answer = keySetText(one);
      await eventually(
        'recovery',
        async () => typeof (await verify(await one.sign())) === 'object',
      );
    });
  }

  it('are never fetched over plain http from another machine', async () => {
    let asked = 0;
    source = sourceWith({ kind: 'uri', uri: 'http://idp.example.com/jwks.json' });
    verifier = createTokenVerifier({
      sources: [source],
      clock: clock.now,
      onEvent: (event) => events.push(event),
      fetch: () => {
        asked += 1;
        return Promise.reject(new Error('unused'));
      },
    });
    expect(await verify(await one.sign())).to.equal('unavailable');
    expect(asked).to.equal(0);
    expect(events[0]).to.have.property('why').that.contains('https only');
  });

  it('are shared by sources of one provider, and kept over a reload of the file', async () => {
    const other = sourceWith({ kind: 'uri', uri: server.uri }, { audiences: ['shop'] });
    start();
    verifier.useSources([source, other]);
    const token = await one.sign();
    expect(await verify(token)).to.deep.equal(CLAIMS);
    expect(await outcome(() => verifier.verify(other, token))).to.equal('invalid');
    const reloaded = sourceWith({ kind: 'uri', uri: server.uri });
    verifier.useSources([reloaded]);
    expect(verifier.verify(reloaded, token)).to.deep.equal(CLAIMS);
    expect(verifier.verify(source, token), 'a check that began before').to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('serve a source that nobody announced', async () => {
    start();
    const unannounced = sourceWith({ kind: 'uri', uri: server.uri }, { leewayMs: 1_000 });
    const token = await one.sign();
    expect(await outcome(() => verifier.verify(unannounced, token))).to.deep.equal(CLAIMS);
    expect(server.asked).to.equal(1);
  });

  it('leave nothing running after close, also in the midst of a fetch', async () => {
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

/** To where any keys would do; `{}` is what would be complained of if it were followed. */
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
