import { expect } from 'chai';
import * as fc from 'fast-check';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import type {
  MatcherEntry,
  PolicyEntry,
  PolicyFile,
} from '../../../../src/policy/file/policy-file.ts';
import { pathReadings } from '../../../../src/policy/selection/readings/path-readings.ts';
import { plainPath } from '../../../../src/policy/selection/readings/plain-path.ts';
import { someMatches } from '../../../../src/policy/selection/compiled-policy.ts';
import { PlainSelector } from '../../../../src/policy/selection/plain-selector.ts';
import { PreparedSelections } from '../../../../src/policy/selection/prepared-selections.ts';
import { matchInput } from '../../../../src/policy/selection/request-readings.ts';
import { requestFacts } from '../request-facts.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['RUNS'] ?? 2_000);

interface PatternParts {
  readonly words: readonly string[];
  readonly ends: readonly string[];
}

// Few words, so that random requests meet random policies, and several at a time.
const PLAIN: PatternParts = { words: ['a', 'b', 'ab', 'a.b', 'x.php'], ends: ['', '', '/**'] };
const ANY: PatternParts = {
  words: ['a', 'b', 'ab', 'A', 'é', '%41', '%3A', ':', 'a.B', 'a%2Fb'],
  ends: ['', '', '/', '/**'],
};
const patternOf = ({ words, ends }: PatternParts): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...words, ...words, '*'), { maxLength: 3 }),
      fc.constantFrom(...ends),
    )
    .map(([segments, end]) => `/${segments.join('/')}${end}`.replace('//', '/'));
const host = fc.constantFrom('a.test', 'b.a.test', '*.a.test', '*.test', '*.b.a.test', 'test');
const anyMatcher = (path: fc.Arbitrary<string>): fc.Arbitrary<MatcherEntry> =>
  fc.record(
    {
      path,
      host,
      methods: fc.constantFrom(['GET'], ['POST', 'PUT']),
      header: fc.constantFrom({ name: 'X-Kind' }, { name: 'x-kind', value: 'b' }),
      principal: fc.constantFrom('spiffe://a'),
      context: fc.constantFrom(
        { area: 'a' },
        { area: 'b' },
        { area: 'a', kind: 'b' },
        { kind: 'a' },
      ),
    },
    { requiredKeys: [] },
  );
/** Mostly of one field, so that one request is matched by several policies for different reasons. */
const matcherOf = (path: fc.Arbitrary<string>): fc.Arbitrary<MatcherEntry> =>
  fc.oneof(
    { weight: 2, arbitrary: path.map((pattern): MatcherEntry => ({ path: pattern })) },
    { weight: 2, arbitrary: host.map((pattern): MatcherEntry => ({ host: pattern })) },
    { weight: 1, arbitrary: fc.constant<MatcherEntry>({ methods: ['GET'] }) },
    { weight: 1, arbitrary: fc.constant<MatcherEntry>({ context: { area: 'a' } }) },
    { weight: 2, arbitrary: anyMatcher(path) },
  );
const policyOf = (matcher: fc.Arbitrary<MatcherEntry>) =>
  fc.record({
    match: fc.oneof(
      { weight: 9, arbitrary: fc.array(matcher, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    by_name: fc.option(fc.boolean(), { nil: undefined }),
    passive: fc.option(fc.array(matcher, { maxLength: 2 }), { nil: undefined }),
    session: fc.constantFrom('required', 'optional', 'login', 'off', undefined),
    ends_session: fc.constantFrom(true, false, undefined, undefined, undefined),
    streams: fc.constantFrom('active', undefined),
  });
const policies = fc.oneof(
  ...[PLAIN, ANY].map((parts) =>
    fc.array(policyOf(matcherOf(patternOf(parts))), { maxLength: 12 }),
  ),
);
const file: fc.Arbitrary<PolicyFile> = fc
  .tuple(
    policies,
    fc.constantFrom('strictest', 'strictest', 'literal', undefined),
    fc.constantFrom('ignored', undefined),
  )
  .map(([entries, ambiguousPaths, hostPorts]) => ({
    host_ports: hostPorts,
    version: 1 as const,
    sources: [{ name: 'web', cookie: 'sid', opening: 'registered' as const }],
    policies: [
      ...entries.map((entry, i): PolicyEntry => {
        const reach = entry.match === undefined ? { by_name: true } : {};
        return { name: `p${i}`, idle: `${i + 1}m`, absolute: '12h', ...entry, ...reach };
      }),
      { name: 'rest', idle: '1h', absolute: '12h' },
    ],
    ambiguous_paths: ambiguousPaths,
  }));

const PATH_PARTS = [
  '/',
  '/a',
  '/b',
  '/ab',
  '/A',
  '/*',
  '/a.b',
  '/x.php',
  '/a.',
  '/.',
  '/..',
  '/.a',
  '/...',
  '//',
];
const ODD_PARTS = [
  '%41',
  '%2e',
  '%2f',
  '%',
  ';',
  '\\',
  '#',
  '?',
  '?/../a',
  'é',
  'x',
  '\u0000',
  '~',
];
const path = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...PATH_PARTS) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_PARTS) },
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const clearPath = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'a', 'b', 'ab', 'A', 'aB', 'a.b', 'A.B', ':'), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.constantFrom('', '', '/'),
  )
  .map(([segments, end]) => `/${segments.join('/')}${end}`);
const request = fc
  .record({
    path: fc.oneof(
      { weight: 9, arbitrary: clearPath },
      { weight: 9, arbitrary: path },
      { weight: 1, arbitrary: fc.string() },
    ),
    host: fc.constantFrom(
      'a.test',
      'b.a.test',
      'x.b.a.test',
      'a.test',
      'A.test:80',
      'b.test.',
      '',
      'a@b',
    ),
    method: fc.constantFrom('GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'post'),
    principal: fc.constantFrom('', 'spiffe://a'),
    context: fc
      .dictionary(
        fc.constantFrom('area', 'kind', 'curfew-policy'),
        fc.constantFrom('a', 'b', 'p0', 'p1', 'missing'),
      )
      .map((entries) => new Map(Object.entries(entries))),
    headers: fc.array(
      fc.constantFrom(
        { name: 'x-kind', value: 'b' },
        { name: 'x-kind', value: 'a' },
        { name: 'curfew-passive', value: '?1' },
        { name: 'accept', value: 'text/event-stream' },
        { name: 'upgrade', value: 'websocket' },
        { name: 'sec-purpose', value: 'prefetch' },
        { name: 'x-http-method-override', value: 'PUT' },
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ path: target, ...parts }) => requestFacts(target, parts));

describe(`the fast selection of a policy (seed ${seed})`, function () {
  this.timeout(60_000);

  it('gives the same result as trying all readings', () => {
    const seen = {
      quick: 0,
      capitals: 0,
      slash: 0,
      dot: 0,
      doubtful: 0,
      unknown: 0,
      passive: 0,
      ends: 0,
      endsBeside: 0,
    };
    fc.assert(
      fc.property(file, fc.array(request, { minLength: 1, maxLength: 8 }), (written, requests) => {
        const loaded = loadPolicies(written);
        const prepared = new PreparedSelections(loaded.sources);
        for (const policy of loaded.policies) prepared.prepare(policy);
        const plain = new PlainSelector(loaded.compiled, prepared);
        for (const facts of requests) {
          const short = loaded.select(facts);
          const long = loaded.selectInDetail(facts).selection;
          if ('kind' in short) {
            expect(long).to.deep.equal(short);
            seen.unknown += 1;
            continue;
          }
          // The very same object: the store keys what it prepares on its parts.
          expect(long).to.equal(short);
          seen.doubtful += short.isDoubtful ? 1 : 0;
          seen.passive += short.passive ? 1 : 0;
          seen.ends += short.endings.length > 0 ? 1 : 0;
          seen.endsBeside += short.endings.length > 0 && short.policy.session !== 'ends' ? 1 : 0;
          if (plain.select(facts) === undefined) continue;
          seen.quick += 1;
          seen.capitals += /[A-Z]/.test(facts.path) ? 1 : 0;
          seen.slash += /.\/$/.test(facts.path) ? 1 : 0;
          seen.dot += facts.path.includes('.') ? 1 : 0;
        }
      }),
      { seed, numRuns },
    );
    // Otherwise the run would have proved little.
    for (const [what, count] of Object.entries(seen)) {
      expect(count, what).to.be.above(numRuns / 20);
    }
  });

  it('finds the same policy in the index as in the order of the file', () => {
    fc.assert(
      fc.property(file, fc.array(request, { minLength: 1, maxLength: 8 }), (written, requests) => {
        const { compiled } = loadPolicies(written);
        for (const facts of requests) {
          const input = matchInput(facts, facts.host.toLowerCase(), facts.path);
          for (const spelling of ['canonical', 'canonical-folded', 'decoded', 'folded'] as const) {
            const inOrder = compiled.policies.find(
              ({ reach, spelled }) =>
                reach === 'rest' ||
                (reach === 'matchers' && someMatches(spelled[spelling].match, input)),
            );
            expect(compiled.first(spelling, input)).to.equal(inOrder);
          }
        }
      }),
      { seed, numRuns },
    );
  });

  it('does not take a path for plain that has anything special', () => {
    const form = /^(?:\/|(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]*[A-Za-z0-9_~!$&'()*+,=:@-])+\/?)$/;
    fc.assert(
      fc.property(fc.oneof(path, fc.string({ unit: 'binary' }), fc.webUrl()), (target) => {
        const [sent = ''] = target.split('?');
        const expected = sent === '/' ? sent : sent.replace(/\/$/, '');
        expect(plainPath(target)).to.equal(form.test(sent) ? expected : undefined);
      }),
      { seed, numRuns: numRuns * 4 },
    );
  });

  it('does not take a path for plain that is too long to be analysed', () => {
    const longest = `/${'a'.repeat(4_095)}`;
    expect(plainPath(`${longest}?a`)).to.equal(longest);
    expect(plainPath(`${longest}a?a`)).to.equal(undefined);
    expect(pathReadings(`${longest}a`).unreadable).to.match(/longer/);
  });

  it('looks up only as many ends of a host as the patterns are long', () => {
    const loaded = loadPolicies({
      version: 1,
      sources: [],
      policies: [
        { name: 'wild', match: [{ host: '*.a.test' }], session: 'off' },
        { name: 'rest', session: 'off' },
      ],
    });
    const facts = requestFacts('/', { host: `${'a.'.repeat(30_000)}a.test` });
    expect(loaded.select(facts)).to.have.nested.property('policy.name', 'wild');
    expect(processorMs(() => loaded.select(facts))).to.be.below(50);
  });
});

/** Milliseconds of processor time: waiting for other processes does not count. */
function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
