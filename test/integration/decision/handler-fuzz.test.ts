import { expect } from 'chai';
import * as fc from 'fast-check';
import { isPlainAllow, type AllowReason } from '../../../src/verdict/reason.ts';
import type { HeaderLine, RequestFacts } from '../../../src/terms/request-facts.ts';
import { tagOf, type SessionTag } from '../../../src/session/session-key.ts';
import { DecisionPath, namesOf } from '../../support/decision/decision-path.ts';
import type { Decided } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import {
  bearerRead,
  cookiesRead,
  headerRead,
  headersBehind,
} from '../../support/decision/lenient-application.ts';

const LIVE = 'live-canary-0123456789';
const REVOKED = 'revoked-canary-012345';
const EXPIRED = 'expired-canary-012345';
const OVER: readonly string[] = [REVOKED, EXPIRED];

const policiesWith = (opening: string, mode = 'enforce'): string => `
version: 1
openings: { per_second: 1000000, burst: 1000000 }
sources:
  - { name: web, cookie: sid, ${opening} }
  - { name: plain-header, header: x-session, ${opening} }
  - { name: token, bearer: {}, ${opening} }
policies:
  - { name: public, match: [{ path: /public/** }], session: off }
  - name: maybe
    match: [{ path: /maybe/** }]
    session: optional
    mode: ${mode}
    idle: 1h
    absolute: 12h
  - name: careful
    match: [{ path: /careful/** }, { host: careful.example.com }]
    on_expiry: challenge
    mode: ${mode}
    idle: 5m
    absolute: 8h
    login_url: https://login.example.org/?rd={return_to}&reason={reason}&max_age={max_age}
    return_hosts: [app.example.com]
    cors_origins: [https://shop.example.com]
  - name: default
    mode: ${mode}
    idle: 1h
    absolute: 12h
    expose_lifetime: true
    login_url: https://login.example.org/?rd={return_to}
`;

const SOURCES = ['web', 'plain-header', 'token'];
const REGISTERED = 'opening: registered';
const FIRST_USE = 'opening: first-use, credential_lifetime: 30d';

/** One live session, one revoked and one long idle, in each source. */
async function startPath(opening: string): Promise<DecisionPath> {
  const path = new DecisionPath(policiesWith(opening));
  for (const source of SOURCES) await path.register(source, EXPIRED);
  path.clock.advance(2 * 3_600_000);
  for (const source of SOURCES) {
    await path.register(source, LIVE);
    await path.register(source, REVOKED);
    await path.revoke(source, REVOKED);
  }
  return path;
}

// Requests that are nearly right: known credentials in all spellings that some software accepts.
const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const sometimes = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: value });
const blank = sometimes(pick(' ', '\t', '  ', '\u00a0', '\u0000', '\r\n'));

const escaped = (text: string, at: number): string => {
  const index = at % Math.max(1, text.length);
  const code = text.charCodeAt(index).toString(16).padStart(2, '0');
  return `${text.slice(0, index)}%${code}${text.slice(index + 1)}`;
};
const SPELLINGS: readonly ((text: string, at: number) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text,
  escaped,
  (text, at) => escaped(text, at).toUpperCase(),
  (text, at) => escaped(escaped(text, at), at),
  (text) => `"${text}"`,
  (text) => `"${text}`,
  (text, at) =>
    `"\\${text
      .charCodeAt(at % text.length)
      .toString(8)
      .padStart(3, '0')}${text}"`,
  (text, at) => `"${text.slice(0, at % text.length)}\\${text.slice(at % text.length)}"`,
  (text) => text.toUpperCase(),
  (text) => `${text}=`,
  (text) => `${text},x`,
  (text) => `x,${text}`,
  (text) => `${text} x`,
  (text) => `x;sid=${text}`,
  (text) => `x, sid=${text}`,
  (text) => `${text}\u0000`,
  (text) => `${text}\u00e9`,
  (text) => encodeURIComponent(`${text};x`),
  (text) => text.replaceAll('-', '\u2010'),
  (text) => text.slice(1),
];
const credential = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: pick(LIVE, REVOKED, EXPIRED) },
      { weight: 1, arbitrary: fc.string() },
    ),
    pick(...SPELLINGS),
    fc.nat(30),
  )
  .map(([text, spell, at]) => (text === '' ? '' : spell(text, at)));

const cookieName = fc.oneof(
  { weight: 6, arbitrary: fc.constant('sid') },
  {
    weight: 2,
    arbitrary: pick(
      'SID',
      'xsid',
      'sid2',
      '__Host-sid',
      '%73id',
      's%69d',
      'sid[0]',
      '"sid"',
      '$sid',
      'theme',
      '',
    ),
  },
);
const cookiePair = fc
  .tuple(blank, cookieName, blank, pick('=', '=', '=', '=', '', '=='), blank, credential, blank)
  .map((parts) => parts.join(''));
const cookieLine = fc
  .tuple(
    fc.array(cookiePair, { minLength: 1, maxLength: 3 }),
    pick('; ', '; ', ';', ',', ', ', ' '),
  )
  .map(([pairs, separator]): HeaderLine => ({ name: 'cookie', value: pairs.join(separator) }));
const headerCredential = fc
  .tuple(pick('x-session', 'x-session', 'x_session', 'x.session', 'x-sessions'), credential)
  .map(([name, value]): HeaderLine => ({ name, value }));
const authorization = fc
  .tuple(
    pick('authorization', 'authorization', 'authorization_'),
    pick('Bearer ', 'bearer ', 'Bearer  ', 'Bearer', 'Basic ', 'Basic x, Bearer ', ''),
    credential,
  )
  .map(([name, scheme, value]): HeaderLine => ({ name, value: scheme + value }));
const noise = pick<readonly [string, string]>(
  ['sec-fetch-mode', 'navigate'],
  ['sec-fetch-dest', 'document'],
  ['accept', 'text/html'],
  ['accept', 'text/event-stream'],
  ['upgrade', 'websocket'],
  ['content-type', 'application/grpc'],
  ['origin', 'https://shop.example.com'],
  ['origin', 'https://evil.example\r\nx: y'],
  ['access-control-request-method', 'PUT'],
  ['curfew-passive', '?1'],
  ['session-lifetime', 'idle=9999'],
  ['session_lifetime', 'idle=9999'],
  ['x-envoy-upstream-stream-duration-ms', '0'],
  ['x-http-method-override', 'OPTIONS'],
  ['__proto__', 'x'],
  ['cookie', ''],
).map(([name, value]): HeaderLine => ({ name, value }));
const headers = fc
  .tuple(
    fc.array(cookieLine, { maxLength: 2 }),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(headerCredential, { maxLength: 2 }) },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(authorization, { maxLength: 2 }) },
    ),
    fc.array(noise, { maxLength: 4 }),
  )
  .map((groups) => groups.flat());

const PATH_PARTS = [
  '/public',
  '/maybe',
  '/careful',
  '/admin',
  '/',
  '/..',
  '/.',
  '/%2e%2e',
  '/%252e%252e',
  '/..;',
  ';x=1',
  '//',
  '\\',
  '%2f',
  '%5c',
  '%00',
  '%',
  '/PUBLIC',
  '/%70ublic',
  '/\uff0e\uff0e',
  '\u00e9',
  '?x=/../admin',
  '#a',
  'a',
];
const anyPath = fc.oneof(
  { weight: 3, arbitrary: pick('/public/a', '/maybe/a', '/careful/a', '/app', '/app?x=/public/a') },
  {
    weight: 3,
    arbitrary: fc.array(pick(...PATH_PARTS), { maxLength: 5 }).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const strangeRequest: fc.Arbitrary<RequestFacts> = fc
  .record({
    method: fc.oneof(pick('GET', 'GET', 'POST', 'OPTIONS', 'HEAD'), fc.string()),
    scheme: pick('https', 'http', ''),
    host: fc.oneof(
      pick(
        'app.example.com',
        'app.example.com:8443',
        'careful.example.com',
        'CAREFUL.example.com.',
        'a@b',
        '',
      ),
      fc.string({ unit: 'binary' }),
    ),
    path: anyPath,
    headers,
    linesJoined: fc.boolean(),
  })
  .map((facts) =>
    factsOf({ ...facts, headers: facts.linesJoined ? joined(facts.headers) : facts.headers }),
  );

/** Ensures that every run contains the usual answers, too. */
const plainRequest = fc
  .tuple(pick('/app', '/maybe/a', '/careful/a'), pick(LIVE, REVOKED, EXPIRED, ''))
  .map(([path, value]) => factsOf({ path, headers: { cookie: `sid=${value}` } }));
const request = fc.oneof(
  { weight: 9, arbitrary: strangeRequest },
  { weight: 1, arbitrary: plainRequest },
);

function joined(lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const values = new Map<string, string>();
  for (const { name, value } of lines) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

/** What the application could take for a session. */
function sessionsRead(lines: readonly HeaderLine[]): readonly string[] {
  return [...cookiesRead(lines, 'sid'), ...headerRead(lines, 'x-session'), ...bearerRead(lines)];
}

/** A simple rule for a path that stays below /public, in whatever order software reads its signs. */
function isPublicHowever(target: string): boolean {
  // A "#" or NUL behind the "?" can only shorten the query.
  const path = target.split('?')[0] ?? '';
  if (/[#\0]/.test(path)) return false;
  return orders.every((steps) => {
    const read = steps.reduce((text, step) => step(text), path);
    return /^\/public(\/|$)/.test(resolved(read));
  });
}

type Step = (path: string) => string;
const decoded: Step = (path) =>
  path.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
const withoutParameters: Step = (path) => path.replaceAll(/;[^/]*/g, '');
const slashed: Step = (path) => path.replaceAll('\\', '/');
const orders: readonly (readonly Step[])[] = [
  [],
  [decoded],
  [decoded, decoded],
  [slashed],
  [decoded, slashed],
  [withoutParameters],
  [withoutParameters, decoded],
  [decoded, withoutParameters],
  [decoded, slashed, withoutParameters],
];

/** RFC 3986 section 5.2.4, after empty segments. */
function resolved(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/').slice(1)) {
    if (part === '..') kept.pop();
    else if (part !== '.' && part !== '') kept.push(part);
  }
  return path.startsWith('/') ? `/${kept.join('/')}` : path;
}

/**
 * What must be true for an allow of each reason. No other reason may allow under an enforcing
 * policy.
 */
const SOUND: Readonly<Record<AllowReason, (allowed: Allowed) => void>> = {
  ok: ({ decided, read }) => {
    expect(decided.observation.outcome?.kind).to.equal('live');
    expect(
      read.filter((value) => OVER.includes(value)),
      'an ended session in the application',
    ).to.deep.equal([]);
  },
  session_absent: ({ read }) => {
    expect(read, 'a session in the application without a credential').to.deep.equal([]);
  },
  session_off: ({ facts }) => {
    expect(isPublicHowever(facts.path), facts.path).to.equal(true);
  },
  preflight: ({ facts, read }) => {
    expect(facts.method).to.equal('OPTIONS');
    expect(
      read.filter((value) => value.includes('canary')),
      'a session in a preflight',
    ).to.deep.equal([]);
  },
};

interface Allowed {
  readonly facts: RequestFacts;
  readonly decided: Decided;
  /** What the application could take for a session. */
  readonly read: readonly string[];
}

function expectSound(facts: RequestFacts, decided: Decided): void {
  const { reply, wire, observation } = decided;
  expect(wire.kind).to.equal(reply.kind === 'none' ? 'error' : 'response');
  if (reply.kind === 'allow') {
    const forwarded = headersBehind(facts.headers, reply);
    if (!isPlainAllow(observation.reason)) expect.fail(`an allow for ${observation.reason}`);
    SOUND[observation.reason]({ facts, decided, read: sessionsRead(forwarded) });
    const forged = forwarded.filter(
      ({ name, value }) => OURS.includes(name) && FORGED.includes(value),
    );
    expect(forged, "a client's own copy of our headers").to.deep.equal([]);
  }
  // The one place where a credential belongs is the Cookie line of a request that goes on.
  const sent = reply.kind === 'allow' ? { ...reply, requestHeaders: [] } : reply;
  expect(JSON.stringify(sent), 'a credential in the reply').to.not.match(/canary/i);
}

const OURS: readonly string[] = [
  'session-lifetime',
  'session_lifetime',
  'x-envoy-upstream-stream-duration-ms',
];
const FORGED: readonly string[] = ['idle=9999', '0'];

describe('random requests through the whole decision path', function () {
  this.timeout(60_000);
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env['RUNS'] ?? 3000);

  for (const opening of [REGISTERED, FIRST_USE]) {
    it(`are never allowed without a live session, and reveal no secret, with ${opening} (seed ${seed})`, async () => {
      const path = await startPath(opening);
      const sessions = path.store.size;
      const live = SOURCES.map((source) => tagOf(namesOf(source, LIVE).key));
      const mayPass = (tag: SessionTag | undefined): boolean =>
        opening === FIRST_USE || live.some((known) => known === tag);
      const reasons = new Map<string, number>();
      const property = fc.asyncProperty(request, async (facts) => {
        const decided = await path.check(facts);
        const { reason, tag } = decided.observation;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        expectSound(facts, decided);
        expect(reason !== 'ok' || mayPass(tag), 'an allow for another session').to.equal(true);
      });
      await fc.assert(property, { seed, numRuns, timeout: 5000 });

      // Without these the run would prove little.
      const seen = [...reasons.keys()];
      expect(seen).to.include.members([
        'ok',
        'session_off',
        'session_absent',
        'no_credential',
        'revoked',
      ]);
      expect(seen).to.include.members([
        'malformed_credential',
        'ambiguous_credential',
        'idle_timeout',
      ]);
      expect(seen).to.not.include.members(['internal_error']);
      expect(path.store.size === sessions, 'only a first use opens').to.equal(
        opening === REGISTERED,
      );
      const spilled = path.logLines.join('') + (await path.metrics());
      expect(spilled).to.not.match(/canary/i);
    });
  }

  it(`are never refused under an observing policy (seed ${seed})`, async () => {
    const path = new DecisionPath(policiesWith(REGISTERED, 'observe'));
    const property = fc.asyncProperty(request, async (facts) => {
      const { reply } = await path.check(facts);
      expect(reply.kind).to.equal('allow');
    });
    await fc.assert(property, { seed, numRuns: Math.ceil(numRuns / 3), timeout: 5000 });
  });
});
