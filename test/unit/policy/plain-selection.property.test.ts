import { expect } from 'chai';
import * as fc from 'fast-check';
import { loadPolicies } from '../../../src/policy/loaded-policies.ts';
import type { MatcherEntry, PolicyEntry, PolicyFile } from '../../../src/policy/policy-file.ts';
import { nearlyPlainPath, plainPath, readPath } from '../../../src/policy/read-path.ts';
import { requestFacts } from './request-facts.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['RUNS'] ?? 2_000);

interface PatternParts {
  readonly words: readonly string[];
  readonly ends: readonly string[];
}

// Few words, so that random requests meet random policies, and several at a time.
const PLAIN: PatternParts = { words: ['a', 'b', 'ab'], ends: ['', '', '/**'] };
const ANY: PatternParts = {
  words: ['a', 'b', 'ab', 'A', 'é', '%41', '%3A'],
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
    session: fc.constantFrom('required', 'optional', undefined),
  });
const policies = fc.oneof(
  ...[PLAIN, ANY].map((parts) =>
    fc.array(policyOf(matcherOf(patternOf(parts))), { maxLength: 12 }),
  ),
);
const file: fc.Arbitrary<PolicyFile> = fc
  .tuple(policies, fc.constantFrom('strictest', 'strictest', 'literal', undefined))
  .map(([entries, ambiguousPaths]) => ({
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

const PATH_PARTS = ['/', '/a', '/b', '/ab', '/A', '/*', '/a.b', '/.', '/..', '/.a', '/...', '//'];
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
    fc.array(fc.constantFrom('a', 'a', 'b', 'ab', 'A', 'aB'), { minLength: 1, maxLength: 3 }),
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
    host: fc.constantFrom('a.test', 'b.a.test', 'x.b.a.test', 'A.test:80', 'b.test.', '', 'a@b'),
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    principal: fc.constantFrom('', 'spiffe://a'),
    context: fc
      .dictionary(
        fc.constantFrom('area', 'kind', 'curfew-policy'),
        fc.constantFrom('a', 'b', 'p0', 'p1', 'nobody'),
      )
      .map((entries) => new Map(Object.entries(entries))),
    headers: fc.array(
      fc.constantFrom(
        { name: 'x-kind', value: 'b' },
        { name: 'x-kind', value: 'a' },
        { name: 'curfew-passive', value: '?1' },
        { name: 'accept', value: 'text/event-stream' },
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ path: target, ...parts }) => requestFacts(target, parts));

describe(`the short way to a selection (seed ${seed})`, () => {
  it('is the selection that asking all policies in order comes to', () => {
    const seen = { plain: 0, nearlyPlain: 0, ambiguous: 0, unknown: 0, passive: 0 };
    fc.assert(
      fc.property(file, fc.array(request, { minLength: 1, maxLength: 8 }), (written, requests) => {
        const loaded = loadPolicies(written);
        for (const facts of requests) {
          const short = loaded.select(facts);
          const long = loaded.judge(facts).selection;
          if ('kind' in short) {
            expect(long).to.deep.equal(short);
            seen.unknown += 1;
          } else {
            // The very same object: the store keys what it prepares on its parts.
            expect(long).to.equal(short);
            const isNearlyPlain = nearlyPlainPath(facts.path) !== plainPath(facts.path);
            if (short.ambiguousPath) seen.ambiguous += 1;
            else seen[isNearlyPlain ? 'nearlyPlain' : 'plain'] += 1;
            seen.passive += short.passive ? 1 : 0;
          }
        }
      }),
      { seed, numRuns },
    );
    // Without these the run would have proved little.
    for (const count of Object.values(seen)) expect(count).to.be.above(numRuns / 20);
  });

  for (const [what, read, form] of [
    ['plain', plainPath, /^(?:\/|(?:\/[a-z0-9._~!$&'()*+,=:@-]+)+)$/],
    ['nearly plain', nearlyPlainPath, /^(?:\/|(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]+)+\/?)$/],
  ] as const) {
    it(`takes no path for ${what} that has anything more special`, () => {
      const dotSegment = /\/\.{1,2}(?:\/|$)/;
      fc.assert(
        fc.property(fc.oneof(path, fc.string({ unit: 'binary' }), fc.webUrl()), (target) => {
          const [sent = ''] = target.split('?');
          const isPlain = form.test(sent) && !dotSegment.test(sent);
          expect(read(target)).to.equal(isPlain ? sent : undefined);
        }),
        { seed, numRuns: numRuns * 4 },
      );
    });
  }

  it('takes no path for plain that is too long to be looked at', () => {
    const longest = `/${'a'.repeat(4_095)}`;
    expect(plainPath(`${longest}?a`)).to.equal(longest);
    expect(plainPath(`${longest}a?a`)).to.equal(undefined);
    expect(readPath(`${longest}a`).ambiguity).to.match(/longer/);
  });

  it('tries no more ends of a host than the patterns are long', () => {
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
