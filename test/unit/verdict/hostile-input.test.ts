import { expect } from 'chai';
import * as fc from 'fast-check';
import type { HeaderPair } from '../../../src/verdict/check-reply.ts';
import { buildAllow } from '../../../src/verdict/build-allow.ts';
import { buildDeny } from '../../../src/verdict/denial/build-deny.ts';
import type { JudgedRequest } from '../../../src/verdict/judged-request.ts';
import { REASON_NAMES } from '../../../src/verdict/reason.ts';
import {
  clocksOf,
  DENY_REASONS,
  factsOf,
  judgedOf,
  jwtSource,
  policyOf,
  SID,
  sourceOf,
} from '../../support/requests/judged-request.ts';
import type { OnExpiry } from '../../../src/terms/effective-policy.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';

const LOGIN = 'https://login.example.org/?rd={return_to}&reason={reason}&max_age={max_age}';

function expectCleanHeaders(pairs: readonly HeaderPair[]): void {
  for (const [name, value] of pairs) {
    expect(name).to.match(/^[a-z0-9!#$%&'*+.^_`|~-]+$/);
    expect(value, name).to.match(/^[\x20-\x7e]*$/);
  }
}

/** Must be true of every reply to every request. */
function expectClean(judged: JudgedRequest): void {
  for (const reason of DENY_REASONS) {
    const reply = buildDeny(judged, reason);
    expect(reply.httpStatus).to.be.oneOf([200, 204, 302, 303, 401, 404, 503]);
    expectCleanHeaders(reply.headers);
    const once = reply.headers
      .map(([name]) => name)
      .filter((name) => name !== 'www-authenticate' && name !== 'set-cookie');
    expect(new Set(once).size).to.equal(once.length);
  }
  for (const reason of REASON_NAMES) {
    const reply = buildAllow(judged, reason);
    expectCleanHeaders([...reply.requestHeaders, ...reply.responseHeaders]);
    const isSet = reply.requestHeaders.map(([name]) => name);
    expect(new Set(isSet).size).to.equal(isSet.length);
    expect(reply.requestHeadersToRemove.filter((name) => isSet.includes(name))).to.deep.equal([]);
    expect(new Set(reply.requestHeadersToRemove).size).to.equal(
      reply.requestHeadersToRemove.length,
    );
  }
}

describe('response splitting', () => {
  const SPLITS = [
    '\r\nx-evil: 1',
    '\nx-evil: 1',
    '\rx-evil: 1',
    '\r\n\r\n<script>alert(1)</script>',
    '\u0000',
    '\u000b',
    '\u001f',
    '\u007f',
    '\u0085x-evil: 1',
    '\u2028x-evil: 1',
    '\u560a\u560dx-evil: 1', // its low bytes are LF and CR
    '\ud800',
    '%0d%0ax-evil: 1',
  ];
  const BROWSER = [
    { name: 'sec-fetch-mode', value: 'navigate' },
    { name: 'sec-fetch-dest', value: 'document' },
  ];
  const NAMES = [
    'origin',
    'accept',
    'content-type',
    'upgrade',
    'cookie',
    'host',
    'x-requested-with',
    'session-lifetime',
  ];

  for (const split of SPLITS) {
    it(`has no effect with ${JSON.stringify(split)}`, () => {
      const origin = `https://shop.example.com${split}`;
      const policy = policyOf({
        loginUrl: LOGIN,
        returnHosts: new Set(['app.example.com', `app.example.com${split}`]),
        corsOrigins: new Set([origin]),
        exposeLifetime: true,
      });
      const plain = factsOf({ headers: BROWSER });
      const hostile = [
        { ...plain, path: `/a${split}` },
        { ...plain, path: `/a?b=${split}` },
        { ...plain, path: split },
        { ...plain, host: `app.example.com${split}` },
        { ...plain, scheme: `https${split}` },
        { ...plain, method: `GET${split}` },
        { ...plain, headers: [{ name: `session-lifetime${split}`, value: '1' }] },
        { ...plain, headers: [{ name: `session${split.slice(0, 1)}lifetime`, value: '1' }] },
        ...NAMES.map((name) => ({ ...plain, headers: [...BROWSER, { name, value: `x${split}` }] })),
        { ...plain, headers: [{ name: 'origin', value: origin }] },
      ];
      for (const facts of hostile) {
        for (const linesJoined of [false, true]) {
          for (const isDoubtful of [false, true]) {
            const strip = {
              set: [['cookie', `a=b${split}`]] as const,
              remove: [`x-session${split}`],
            };
            expectClean({
              ...judgedOf(),
              facts: { ...facts, linesJoined },
              policy,
              isDoubtful,
              strip,
            });
          }
        }
      }
    });
  }

  it('has no effect through the policy file either', () => {
    const settings = { streamCutHeader: 'x-cut\r\nx-evil', realm: 'Z\u00fcrich"\r\nx-evil: 1' };
    const place = { ...SID, name: 'sid\r\n', path: '/\r\nx-evil: 1', domain: 'example.com\n' };
    const policy = policyOf({ loginUrl: `https://login.example.org/\r\n\u00e9{return_to}` });
    const facts = factsOf({ headers: BROWSER });
    for (const loginUrl of [undefined, policy.loginUrl]) {
      expectClean({
        ...judgedOf(),
        facts,
        settings,
        source: sourceOf(place),
        policy: { ...policy, loginUrl },
      });
    }
  });
});

describe('any request at all', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'GET',
      'POST',
      'https',
      'http',
      'app.example.com',
      '/a?b=c',
      '//x',
      '/\\x',
      '*',
      '\r\n',
      '\u0000',
    ),
  );
  const headerName = fc.oneof(
    fc.constantFrom(
      'accept',
      'origin',
      'cookie',
      'upgrade',
      'content-type',
      'sec-fetch-mode',
      'sec-fetch-dest',
      'x-requested-with',
      'sec-purpose',
      'connect-protocol-version',
      'mcp-protocol-version',
      'session-lifetime',
      'session_lifetime',
      '__proto__',
      'constructor',
      ':path',
    ),
    text,
  );
  const headerValue = fc.oneof(
    fc.constantFrom(
      'navigate',
      'document',
      'text/html',
      'text/event-stream',
      'application/grpc',
      'application/grpc-web+json',
      'iframe',
      'https://shop.example.com',
    ),
    text,
  );
  const facts = fc.record({
    method: fc.oneof(fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT'), text),
    scheme: text,
    host: text,
    path: fc.oneof(
      text,
      fc.webPath(),
      text.map((tail) => `/${tail}`),
    ),
    headers: fc.array(fc.record({ name: headerName, value: headerValue }), { maxLength: 8 }),
    linesJoined: fc.boolean(),
    principal: text,
    context: fc.constant(new Map<string, string>()),
    jwtMetadata: fc.constant(undefined),
    callBudgetMs: fc.constant(undefined),
  });
  const timeoutMs = fc.option(
    fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 2 ** 45 })),
    {
      nil: undefined,
    },
  );
  const place = fc.constantFrom(
    sourceOf(),
    sourceOf(cookiePlace('sid', { path: '/a', domain: 'example.com' })),
    sourceOf({ kind: 'header', name: 'x-session' }),
    sourceOf({ kind: 'bearer' }),
    jwtSource(),
    jwtSource(SID),
  );
  const policy = fc.record({
    name: fc.constant('p'),
    idleTimeoutMs: timeoutMs,
    absoluteTimeoutMs: timeoutMs,
    session: fc.constantFrom('required', 'optional', 'off'),
    mode: fc.constantFrom('enforce', 'observe'),
    onExpiry: fc
      .constantFrom<OnExpiry[]>('end', 'challenge')
      .map((word) => new Map([['web', word]])),
    sources: fc.constant(new Set(['web'])),
    leave: fc.constant(new Set<string>()),
    maxStalenessMs: fc.constant(1_000),
    streams: fc.constantFrom('passive', 'active'),
    streamMaxMs: timeoutMs,
    streamCut: fc.boolean(),
    loginUrl: fc.constantFrom(undefined, LOGIN),
    returnHosts: fc.constant(new Set(['app.example.com'])),
    corsOrigins: fc.constantFrom(new Set<string>(), new Set(['https://shop.example.com'])),
    exposeLifetime: fc.boolean(),
  } as const);
  const clocks = fc.option(
    fc
      .record({
        startedAtMs: fc.nat(1e9),
        lastActivityAtMs: fc.nat(1e9),
        longestGapMs: fc.nat(1e9),
      })
      .map((times) => clocksOf({ nowMs: 1e9, ...times })),
    { nil: undefined },
  );
  const judged: fc.Arbitrary<JudgedRequest> = fc
    .record({
      facts,
      policy,
      isDoubtful: fc.boolean(),
      passive: fc.boolean(),
      isPrefetch: fc.boolean(),
      isLoginSource: fc.boolean(),
      cookiesToClear: fc.array(text, { maxLength: 4 }).map((names) => () => names),
      source: fc.option(place, { nil: undefined }),
      admittedSources: fc.array(place, { maxLength: 3 }),
      clocks,
      reachedLimit: fc.constantFrom(undefined, 'idle', 'absolute'),
      strip: fc.record({
        set: fc.array(fc.tuple(headerName, headerValue), { maxLength: 3 }),
        remove: fc.array(headerName, { maxLength: 3 }),
      }),
    } as const)
    .map((random) => ({ ...judgedOf(), ...random }));

  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

  it(`gets clean headers, a status of the closed set, and no name both set and removed (seed ${seed})`, () => {
    fc.assert(fc.property(judged, expectClean), { seed, numRuns: 300 });
  });

  it(`gets a location that leads to the login only, with a target that cannot leave the site (seed ${seed})`, () => {
    const navigation = judged.map((random) => ({
      ...random,
      isDoubtful: false,
      policy: { ...random.policy, loginUrl: LOGIN },
      facts: {
        ...random.facts,
        headers: [
          { name: 'sec-fetch-mode', value: 'navigate' },
          { name: 'sec-fetch-dest', value: 'document' },
        ],
      },
    }));
    const property = fc.property(navigation, (random) => {
      const { headers } = buildDeny(random, 'idle_timeout');
      const location = new URL(headers.find(([name]) => name === 'location')?.[1] ?? '');
      expect(location.origin).to.equal('https://login.example.org');
      const target = location.searchParams.get('rd') ?? '';
      const leadsTo = new URL(target, 'https://here.example');
      expect(leadsTo.host).to.be.oneOf(['here.example', 'app.example.com']);
      expect(leadsTo.protocol).to.be.oneOf(['https:', 'http:']);
    });
    fc.assert(property, { seed, numRuns: 300 });
  });
});
