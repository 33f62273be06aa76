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
import type { Selection } from '../../../src/session/effective-policy.ts';
import { loadPolicies } from '../../../src/policy/loaded-policies.ts';
import type { LoadedPolicies } from '../../../src/policy/loaded-policies.ts';
import type { PolicyEntry } from '../../../src/policy/policy-file.ts';
import { requestFacts } from './request-facts.ts';
import { selected } from './policies-of.ts';

// Whatever an application makes of a spelling, the limits are at least those of the path that it makes of it.

const SEGMENTS = ['a', 'b', 'ab', 'A', 'pay:now', 'x.y', '%C3%A9'];
const segment = constantFrom(...SEGMENTS);
const path: Arbitrary<string> = tuple(
  array(segment, { minLength: 1, maxLength: 3 }),
  constantFrom('', '', '/'),
).map(([segments, end]) => `/${segments.join('/')}${end}`);
const pattern: Arbitrary<string> = tuple(
  array(constantFrom(...SEGMENTS, '*'), { maxLength: 3 }),
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
  session: constantFrom('required', 'required', 'optional', 'off'),
  mode: constantFrom('enforce', 'enforce', 'observe'),
  sources: subarray(['web', 'app'], { minLength: 1 }),
});

type Entry = typeof policy extends Arbitrary<infer T> ? T : never;

/** What an honest parser may undo: each step gives a spelling that somebody reads as the path before it. */
const respelling: Arbitrary<(text: string, at: number) => string> = constantFrom(
  (text, at) => replaceAt(text, at, (c) => (c === '%' ? c : `%${hex(c)}`)),
  (text, at) => replaceAt(text, at, (c) => (c === '%' ? c : `%${hex(c).toLowerCase()}`)),
  (text, at) => replaceAt(text, at, (c) => (c === '%' ? c : `%25${hex(c)}`)),
  (text, at) => afterSlash(text, at, './'),
  (text, at) => afterSlash(text, at, '%2e/'),
  (text, at) => afterSlash(text, at, 'zz/../'),
  (text, at) => afterSlash(text, at, 'zz/%2E%2e/'),
  (text, at) => afterSlash(text, at, '/'),
  (text, at) => afterSlash(text, at, '..;/'),
  (text, at) => replaceSlash(text, at, '%2f'),
  (text, at) => replaceSlash(text, at, '\\'),
  (text, at) => replaceSlash(text, at, '%5C'),
  (text, at) => replaceSlash(text, at, '%c0%af'),
  (text, at) => replaceSlash(text, at, ';v=1/'),
  (text) => `${text};v=1`,
  (text) => `${text}/`,
  (text) => `${text}#top`,
  (text) => `${text}%23top`,
  (text) => `${text}%3fa=b`,
  (text) => `${text}%00`,
  (text) => `${text}?a=b/../c`,
  (text) => `http://app.example.com${text}`,
  (text) => text.replaceAll(/%[0-9A-F]{2}|[a-z]/g, (c) => (c.length > 1 ? c : c.toUpperCase())),
  (text, at) => replaceAt(text, at, (c) => (/[a-z]/.test(c) ? c.toUpperCase() : c)),
);

describe('the limits of a path, however it is spelled', () => {
  for (const [what, kind] of [
    ['of one step', 1],
    ['of several steps', 4],
  ] as const) {
    it(`are never looser for a spelling ${what}`, () => {
      const steps = array(tuple(respelling, integer({ min: 0, max: 40 })), {
        minLength: 1,
        maxLength: kind,
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
        { numRuns: 10_000 },
      );
    });
  }
});

function expectNoLooser(spelled: Selection, plain: Selection, why: string): void {
  const ranks = { off: 0, optional: 1, required: 2 };
  if (plain.policy.session === 'off') return;
  const strict = spelled.policy;
  expect(ranks[strict.session], why).to.be.at.least(ranks[plain.policy.session]);
  expect(strict.idleTimeoutMs ?? Infinity, why).to.be.at.most(
    plain.policy.idleTimeoutMs ?? Infinity,
  );
  expect(strict.absoluteTimeoutMs ?? Infinity, why).to.be.at.most(
    plain.policy.absoluteTimeoutMs ?? Infinity,
  );
  expect(strict.mode === 'enforce' || plain.policy.mode === 'observe', why).to.equal(true);
  expect(spelled.passive || !plain.passive, why).to.equal(true);
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
