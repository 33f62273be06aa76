import {
  assert,
  constantFrom,
  integer,
  property,
  record,
  tuple,
  array,
  option,
  subarray,
} from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { expect } from 'chai';
import type { Selection } from '../../../../src/terms/effective-policy.ts';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { LoadedPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { PolicyEntry } from '../../../../src/policy/file/policy-file.ts';
import { requestFacts } from '../request-facts.ts';
import { selected } from '../policies-of.ts';

// However an application reads a spelling, the limits are at least those of the path that it reads.

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const SEGMENTS = ['a', 'b', 'ab', 'A', 'pay:now', 'x.y', '%C3%A9'];
const segment = constantFrom(...SEGMENTS);
const path: Arbitrary<string> = tuple(
  array(segment, { minLength: 1, maxLength: 3 }),
  constantFrom('', '', '/'),
).map(([segments, end]) => `/${segments.join('/')}${end}`);
const pattern: Arbitrary<string> = tuple(
  // In small letters: a pattern in capitals is a page of its own.
  array(constantFrom(...SEGMENTS.filter((each) => !/^[A-Z]/.test(each)), '*'), { maxLength: 3 }),
  constantFrom('', '**', '/'),
).map(([segments, end]) => {
  const base = segments.map((each) => `/${each}`).join('');
  if (end === '**') return `${base}/**`;
  return base === '' ? '/' : `${base}${end === '/' ? '/' : ''}`;
});

const HOSTS = ['app.example.com', 'pay.example.com'];
const policy = record({
  path: option(pattern, { nil: undefined }),
  host: option(constantFrom(...HOSTS), { nil: undefined }),
  passive: option(pattern, { nil: undefined }),
  idleMin: integer({ min: 1, max: 60 }),
  absoluteHours: integer({ min: 1, max: 24 }),
  session: constantFrom('required', 'required', 'optional', 'off', 'ends'),
  mode: constantFrom('enforce', 'enforce', 'observe'),
  sources: subarray(['web', 'app'], { minLength: 1 }),
});

type Entry = typeof policy extends Arbitrary<infer T> ? T : never;

type Step = (text: string, at: number) => string;

/** Steps that many servers undo, one after the other: they read each spelling as the path before it. */
const STRUCTURE: readonly Step[] = [
  (text, at) => replaceAt(text, at, (c) => (c === '%' ? c : `%${hex(c)}`)),
  (text, at) => replaceAt(text, at, (c) => (c === '%' ? c : `%${hex(c).toLowerCase()}`)),
  (text, at) => afterSlash(text, at, './'),
  (text, at) => afterSlash(text, at, '%2e/'),
  (text, at) => afterSlash(text, at, 'zz/../'),
  (text, at) => afterSlash(text, at, 'zz/%2E%2e/'),
  (text, at) => afterSlash(text, at, 'zz/..;/'),
  (text, at) => afterSlash(text, at, '/'),
  (text, at) => replaceSlash(text, at, '%2f'),
  (text, at) => replaceSlash(text, at, '\\'),
  (text, at) => replaceSlash(text, at, '%5C'),
  (text, at) => replaceSlash(text, at, ';v=1/'),
  (text) => `${text};v=1`,
  (text) => `${text}/`,
  (text) => `${text}?a=b/../c`,
  (text) => text.replaceAll(/%[0-9A-F]{2}|[a-z]/g, (c) => (c.length > 1 ? c : c.toUpperCase())),
  (text, at) => replaceAt(text, at, (c) => (/[a-z]/.test(c) ? c.toUpperCase() : c)),
];

/** Steps that some server undoes. */
const ANY: readonly Step[] = [
  ...STRUCTURE,
  (text, at) => replaceAt(text, at, (c) => (c === '%' ? c : `%25${hex(c)}`)),
  (text, at) => replaceSlash(text, at, '%c0%af'),
  (text) => `${text}#top`,
  (text) => `${text}%23top`,
  (text) => `${text}%3fa=b`,
  (text) => `${text}%00`,
  (text) => text.replace(/\/?$/, '.json'),
  (text) => text.replace(/\/?$/, '.'),
  (text) => `${text}%0a`,
  (text) => `/index.php${text}`,
  (text) => `//other.example.com${text}`,
  (text) => `http://app.example.com${text}`,
];

describe(`the limits of a path, however it is spelled (seed ${seed})`, function () {
  this.timeout(60_000);

  for (const [what, kinds, most] of [
    ['of one step', ANY, 1],
    ['of several steps', STRUCTURE, 4],
  ] as const) {
    it(`are never looser for a spelling ${what}`, () => {
      const steps = array(tuple(constantFrom(...kinds), integer({ min: 0, max: 40 })), {
        minLength: 1,
        maxLength: most,
      });
      assert(
        property(array(policy, { maxLength: 5 }), path, steps, (entries, meant, changes) => {
          const policies = policiesOf(entries);
          const written = changes.reduce((text, [change, at]) => change(text, at), meant);
          for (const host of HOSTS) {
            const plain = selected(policies, requestFacts(meant, { host }));
            const spelled = selected(policies, requestFacts(written, { host }));
            expectNoLooser(spelled, plain, `${written} for ${meant}`);
          }
        }),
        { seed, numRuns: 3_000 },
      );
    });
  }
});

function expectNoLooser(spelled: Selection, plain: Selection, why: string): void {
  const ranks = { off: 0, login: 0, ends: 0, optional: 1, required: 2 };
  const endings = spelled.endings.map((ending) => ending.policy);
  expect(endings, why).to.include.members(plain.endings.map((ending) => ending.policy));
  // Servers that ignore case see two policies there.
  if (ranks[plain.policy.session] === 0 || plain.isDoubtful) return;
  const strict = spelled.policy;
  expect(ranks[strict.session], why).to.be.at.least(ranks[plain.policy.session]);
  expect(strict.idleTimeoutMs ?? Infinity, why).to.be.at.most(
    plain.policy.idleTimeoutMs ?? Infinity,
  );
  expect(strict.absoluteTimeoutMs ?? Infinity, why).to.be.at.most(
    plain.policy.absoluteTimeoutMs ?? Infinity,
  );
  expect(strict.mode === 'enforce' || plain.policy.mode === 'observe', why).to.equal(true);
  expect(plain.passive || !spelled.passive, why).to.equal(true);
  expect([...strict.sources], why).to.satisfy((names: string[]) =>
    names.every((name) => plain.policy.sources.has(name)),
  );
}

/** Built past the checks of a file, which would refuse many random ones as unreachable. */
function policiesOf(entries: readonly Entry[]): LoadedPolicies {
  const policies = entries.map((entry, i): PolicyEntry => {
    const { host, path: wanted, session } = entry;
    const match = [{ host, path: host === undefined ? (wanted ?? '/**') : wanted }];
    if (session === 'off') return { name: `p${i}`, match, session };
    if (session === 'ends') {
      return { name: `p${i}`, match, ends_session: true, mode: entry.mode, sources: entry.sources };
    }
    return {
      name: `p${i}`,
      match,
      session,
      mode: entry.mode,
      sources: entry.sources,
      idle: `${entry.idleMin}m`,
      absolute: `${entry.absoluteHours}h`,
      passive: entry.passive === undefined ? undefined : [{ path: entry.passive }],
    };
  });
  return loadPolicies({
    version: 1,
    sources: [
      { name: 'web', cookie: 'sid', opening: 'registered' },
      { name: 'app', header: 'x-session', opening: 'registered' },
    ],
    policies: [...policies, { name: 'default', idle: '30m', absolute: '12h' }],
  });
}

function replaceAt(text: string, at: number, change: (character: string) => string): string {
  const i = 1 + (at % Math.max(1, text.length - 1));
  // Not in the middle of an escape.
  if (/%.?$/.test(text.slice(0, i)) || text[i] === undefined) return text;
  return text.slice(0, i) + change(text[i]) + text.slice(i + 1);
}

function afterSlash(text: string, at: number, insertion: string): string {
  const i = slashAt(text, at);
  return text.slice(0, i + 1) + insertion + text.slice(i + 1);
}

function replaceSlash(text: string, at: number, replacement: string): string {
  const i = slashAt(text, at);
  return i === 0 ? text : text.slice(0, i) + replacement + text.slice(i + 1);
}

function slashAt(text: string, at: number): number {
  const slashes = [...text.matchAll(/\//g)].map(({ index }) => index);
  return slashes[at % Math.max(1, slashes.length)] ?? 0;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
