import { expect } from 'chai';
import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HeaderLine, RequestFacts } from '../../../src/authz/check-call.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { FIXED_HEADERS } from '../../../src/terms/fixed-headers.ts';
import type { WantedHeaders } from '../../../src/terms/wanted-headers.ts';
import { DecisionPath } from '../../support/decision/decision-path.ts';

// A header that the program reads and the list lacks would never reach the rule that reads it. So
// the sources are searched for names, and whole checks must end alike with all headers and with the
// wanted ones alone.

const READERS = ['terms', 'session', 'identity', 'policy', 'verdict', 'authz', 'telemetry', 'app'];
const SOURCE = join(import.meta.dirname, '..', '..', '..', 'src');
const sources = READERS.flatMap((folder) =>
  readdirSync(join(SOURCE, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      file: `${folder}/${file}`,
      text: readFileSync(join(SOURCE, folder, file), 'utf8'),
    })),
);

/** `name === 'x'`, `joinedHeader(facts, 'x')`, and `case 'x':` where a switch is over a name. */
function headersReadBy(text: string): string[] {
  const found = [
    ...text.matchAll(/\b[nN]ame [!=]== '([^']+)'/g),
    ...text.matchAll(/\(facts, '([^']+)'/g),
  ].map(([, name = '']) => name);
  for (const [, head = '', body = ''] of text.matchAll(
    /switch \(([^)]*)\) \{(.*?)(?=switch \(|$)/gs,
  )) {
    if (!/[nN]ame$/.test(head)) continue;
    found.push(...[...body.matchAll(/case '([^']+)':/g)].map(([, name = '']) => name));
  }
  return found;
}

describe('the fixed headers', () => {
  it('hold every name that a rule compares with', () => {
    const read = sources
      .filter(({ text }) => /request-facts|check-observer/.test(text) && /header/i.test(text))
      // The fields of matchers say themselves which headers they read, because files name them.
      .filter(({ file }) => !file.startsWith('policy/selection/fields/'))
      .flatMap(({ file, text }) => headersReadBy(text).map((name) => ({ file, name })));
    const fixed: readonly string[] = FIXED_HEADERS;
    expect(read.filter(({ name }) => !fixed.includes(name))).to.deep.equal([]);
    // Control: the search finds the names that it looks for.
    const names = new Set(read.map(({ name }) => name));
    expect(fixed.filter((name) => !names.has(name))).to.deep.equal(['session-lifetime']);
  });

  it('are found in each form in which a rule may read them', () => {
    const text = `if (line.name === 'a') {} joinedHeader(facts, 'b'); switch (name) { case 'c': case 'd': }
      switch (place.kind) { case 'e': }`;
    expect(headersReadBy(text)).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: api, header: X-Session, opening: first-use, credential_lifetime: 30d }
  - { name: token, bearer: {}, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: off, match: [{ path: /off }], session: off }
  - name: tenant
    match: [{ header: { name: X-Tenant, value: gold, trusted: true } }]
    sources: [web]
    idle: 1m
    absolute: 1h
    passive: [{ header: { name: X-Poll } }]
  - { name: maybe, match: [{ path: /maybe }], session: optional, sources: [api], idle: 5m, absolute: 2h }
  - name: default
    idle: 30m
    absolute: 12h
    login_url: https://login.example.com/?to={return_to}
    passive: [{ automatic: true }]
    cors_origins: [https://app.example.com]
    expose_lifetime: true
`;

/**
 * Every literal of the program that may be the name of a header, and names of the file, with twins
 * and capitals.
 */
const literals = sources.flatMap(({ text }) =>
  [...text.matchAll(/'([^'\n\\]{1,60})'/g)].map(([, literal = '']) => literal),
);
const readNames = [...new Set(sources.flatMap(({ text }) => headersReadBy(text)))];
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...readNames, 'session-lifetime') },
  fc.constantFrom(...new Set(literals.filter((text) => /^[a-z][a-z0-9_-]*$/.test(text)))),
  fc.constantFrom('x-session', 'x_session', 'x-tenant', 'x_tenant', 'x-poll', 'user-agent', ''),
  fc.constantFrom('session_lifetime', 'x_envoy_upstream_stream_duration_ms'),
);
const value = fc.oneof(
  fc.constantFrom('?1', 'prefetch', 'text/html', 'text/event-stream', 'application/grpc', 'gold'),
  fc.constantFrom('navigate', 'document', 'https://app.example.com', 'GET', 'websocket', ''),
  fc.constantFrom('sid=abc', 'a=b; sid=def', 'Bearer abc', 'Bearer def', 'Basic YTpi', 'abc'),
  { weight: 1, arbitrary: fc.constantFrom(...new Set(literals)) },
);
const facts: fc.Arbitrary<RequestFacts> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'OPTIONS', 'CONNECT'),
  scheme: fc.constant('https'),
  host: fc.constant('app.example.com'),
  path: fc.constantFrom('/', '/off', '/maybe', '/%6Faybe'),
  headers: fc.array(fc.record({ name, value }), { maxLength: 8 }),
  linesJoined: fc.boolean(),
  principal: fc.constant(''),
  context: fc.constant(new Map<string, string>()),
  jwtMetadata: fc.constant(undefined),
  callBudgetMs: fc.constant(undefined),
});

const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

describe(`a check with the wanted headers alone (seed ${seed})`, () => {
  it('ends as it does with all headers', async () => {
    const parsed = parsePolicyFile(POLICY, 'test.yaml');
    if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.problems));
    const { wantedHeaders } = parsed.policies;
    const all = new DecisionPath(POLICY);
    const some = new DecisionPath(POLICY);
    const reasons = new Set<string>();
    await fc.assert(
      fc.asyncProperty(facts, async (request) => {
        const expected = await all.check(request);
        const headers = request.headers.filter((line) => isWanted(line, wantedHeaders));
        const found = await some.check({ ...request, headers });
        expect(found.reply).to.deep.equal(expected.reply);
        expect(comparable(found.observation)).to.deep.equal(comparable(expected.observation));
        reasons.add(expected.observation.reason);
      }),
      { seed, numRuns: 4_000 },
    );
    expect(some.logLines.map(withoutTimes)).to.deep.equal(all.logLines.map(withoutTimes));
    expect([...reasons]).to.include.members([
      'ok',
      'no_credential',
      'ambiguous_credential',
      'preflight',
      'session_absent',
      'session_off',
    ]);
  });
});

function isWanted({ name: sent }: HeaderLine, wanted: WantedHeaders): boolean {
  return wanted.includes(sent);
}

function comparable(observation: object): object {
  return { ...observation, facts: undefined, durationMs: undefined };
}

function withoutTimes(line: string): string {
  return line.replace(/"(?:time|duration_ms)":[0-9.]+/g, '');
}
