import { expect } from 'chai';
import type { RequestFacts } from '../../../../src/terms/request-facts.ts';
import type { PassiveEntry } from '../../../../src/policy/file/policy-file.ts';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { LoadedPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { MatcherField } from '../../../../src/policy/selection/fields/matcher-field.ts';
import {
  MATCHER_FIELDS,
  matcherCovers,
} from '../../../../src/policy/selection/fields/matcher-fields.ts';
import { documentedKeys } from '../file/documented-keys.ts';
import { selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

/** A matcher of one field, one that admits other requests, and a request that the first one matches. */
interface Sample {
  readonly matcher: PassiveEntry;
  readonly other: PassiveEntry;
  readonly facts: Partial<RequestFacts>;
  /** A header that the matcher reads, if it reads one. */
  readonly header?: string;
}

const AUTOMATIC = [
  { name: 'sec-fetch-mode', value: 'navigate' },
  { name: 'sec-fetch-dest', value: 'document' },
  { name: 'sec-fetch-site', value: 'none' },
  { name: 'sec-ch-ua', value: '"Chromium";v="140"' },
];

const SAMPLES: Readonly<Record<MatcherField, Sample>> = {
  path: { matcher: { path: '/a/**' }, other: { path: '/b' }, facts: { path: '/a/b' } },
  host: {
    matcher: { host: '*.a.test' },
    other: { host: 'b.test' },
    facts: { host: 'x.a.test' },
  },
  methods: {
    matcher: { methods: ['PUT', 'POST'] },
    other: { methods: ['DELETE'] },
    facts: { method: 'POST' },
  },
  principal: {
    matcher: { principal: 'spiffe://a' },
    other: { principal: 'spiffe://b' },
    facts: { principal: 'spiffe://a' },
  },
  context: {
    matcher: { context: { tier: 'gold' } },
    other: { context: { tier: 'silver' } },
    facts: { context: new Map([['tier', 'gold']]) },
  },
  header: {
    matcher: { header: { name: 'X-Kind', value: 'a', trusted: true } },
    other: { header: { name: 'X-Kind', value: 'b', trusted: true } },
    facts: { headers: [{ name: 'x-kind', value: 'a' }] },
    header: 'x-kind',
  },
  query: {
    matcher: { query: { name: 'refresh', value: '5 s' } },
    other: { query: { name: 'refresh', value: '10 s' } },
    facts: { path: '/?a=b&r%65fresh=5+s' },
  },
  automatic: {
    matcher: { automatic: true },
    other: { query: { name: 'automatic' } },
    facts: { headers: AUTOMATIC },
    header: 'sec-fetch-user',
  },
};
const ONLY_PASSIVE: readonly MatcherField[] = ['query', 'automatic'];

/** Two policies, of which the first is for requests that the matcher matches. */
function policiesWith(matcher: PassiveEntry): LoadedPolicies {
  return loadPolicies({
    version: 1,
    sources: [],
    policies: [
      { name: 'matched', match: [matcher], session: 'off' },
      { name: 'default', session: 'off' },
    ],
  });
}

/** One policy, for which requests that the matcher matches are no activity. */
function passiveWith(matcher: PassiveEntry): LoadedPolicies {
  return loadPolicies({
    version: 1,
    sources: [],
    policies: [{ name: 'default', idle: '15m', absolute: '12h', passive: [matcher] }],
  });
}

describe('the fields of a matcher', () => {
  it('are the keys that the policy file may have there', () => {
    const keysBelow = (list: string): readonly (string | undefined)[] =>
      documentedKeys()
        .filter(({ path }) => path.length === 3 && path.join('.').startsWith(`policies.${list}.`))
        .map(({ path }) => path[2]);
    const fields = Object.keys(MATCHER_FIELDS) as readonly MatcherField[];
    expect(fields).to.have.members(keysBelow('passive'));
    expect(fields.filter((field) => !ONLY_PASSIVE.includes(field))).to.have.members(
      keysBelow('match'),
    );
  });

  for (const [field, { matcher, other, facts, header }] of Object.entries(SAMPLES)) {
    it(`${field} makes a request passive that has it, and no other`, () => {
      const request = requestFacts('/', facts);
      expect(selected(passiveWith(matcher), request).passive).to.equal(true);
      expect(selected(passiveWith(other), request).passive).to.equal(false);
      expect(selected(passiveWith(matcher), requestFacts('/')).passive).to.equal(false);
    });

    it(`${field} matches a request that has it, and no other`, () => {
      const policies = policiesWith(matcher);
      const request = requestFacts('/', facts);
      expect(selected(policies, request).policy.name).to.equal('matched');
      expect(selected(policiesWith(other), request).policy.name).to.equal('default');
      expect(selected(policies, requestFacts('/')).policy.name).to.equal('default');
    });

    it(`${field} covers itself, and neither another value nor a matcher without it`, () => {
      expect(matcherCovers(matcher, matcher, 'canonical')).to.equal(true);
      expect(matcherCovers(matcher, other, 'canonical')).to.equal(false);
      expect(matcherCovers(other, matcher, 'canonical')).to.equal(false);
      expect(matcherCovers(matcher, {}, 'canonical')).to.equal(false);
      expect(matcherCovers({}, matcher, 'canonical')).to.equal(true);
    });

    it(`${field} has ${header ?? 'no header'} decoded for it`, () => {
      for (const name of ['x-kind', 'sec-fetch-user']) {
        const { wantedHeaders } = passiveWith(matcher);
        expect(wantedHeaders.includes(name), name).to.equal(header === name);
      }
    });
  }
});

describe('a matcher with several headers', () => {
  const header = [
    { name: 'x-one', value: '1', trusted: true },
    { name: 'X-Two', trusted: true },
  ];
  const matched = (...lines: readonly (readonly [name: string, value: string])[]): string => {
    const headers = lines.map(([name, value]) => ({ name, value }));
    return selected(policiesWith({ header }), requestFacts('/', { headers })).policy.name;
  };

  it('matches where all of them match, in any order', () => {
    expect(matched(['x-two', ''], ['x-one', '1'])).to.equal('matched');
  });

  it('does not match where one is missing or has another value', () => {
    expect(matched(['x-one', '1'])).to.equal('default');
    expect(matched(['x-one', '2'], ['x-two', 'any'])).to.equal('default');
  });

  it('covers what names all of its headers, and more', () => {
    const [one] = header;
    expect(matcherCovers({ header: one }, { header }, 'canonical')).to.equal(true);
    expect(matcherCovers({ header }, { header: one }, 'canonical')).to.equal(false);
  });
});

describe('a parameter of the query', () => {
  const isPassive = (path: string, value?: string): boolean =>
    selected(passiveWith({ query: { name: 'poll', value } }), requestFacts(path)).passive;

  for (const path of ['/?poll=1', '/?a=b&poll=1', '/?a=b;poll=1', '/?%70oll=%31', '/a/?poll=1&x']) {
    it(`is found in ${path}`, () => expect(isPassive(path, '1')).to.equal(true));
  }

  for (const path of ['/', '/?', '/?POLL=1', '/?polls=1', '/poll=1', '/?a=poll=1', '/?poll=01']) {
    it(`is not found in ${path}`, () => expect(isPassive(path, '1')).to.equal(false));
  }

  it('may have any value if the rule names none', () => {
    expect(isPassive('/?poll')).to.equal(true);
    expect(isPassive('/?poll=%zz')).to.equal(true);
  });
});

describe('a page that reloads itself', () => {
  const isPassive = (
    changes: Partial<RequestFacts>,
    lines: Readonly<Record<string, string>> = {},
  ) => {
    const sent = {
      ...Object.fromEntries(AUTOMATIC.map(({ name, value }) => [name, value])),
      ...lines,
    };
    const headers = Object.entries(sent)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => ({ name, value }));
    return selected(passiveWith({ automatic: true }), requestFacts('/', { headers, ...changes }))
      .passive;
  };
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0';
  const FIREFOX_ON_IOS =
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1 FxiOS/150.0 Mobile Safari/605.1 Firefox/1';

  it('is passive in Chromium and in Firefox', () => {
    expect(isPassive({})).to.equal(true);
    expect(isPassive({}, { 'sec-fetch-site': 'same-origin' })).to.equal(true);
    expect(isPassive({}, { 'sec-ch-ua': '', 'user-agent': FIREFOX })).to.equal(true);
  });

  const active: readonly [
    why: string,
    changes: Partial<RequestFacts>,
    lines: Readonly<Record<string, string>>,
  ][] = [
    ['a user has clicked', {}, { 'sec-fetch-user': '?1' }],
    ['it is a post', { method: 'POST' }, {}],
    ['a frame is loaded', {}, { 'sec-fetch-dest': 'iframe' }],
    ['a script fetches', {}, { 'sec-fetch-mode': 'cors' }],
    ['a user comes from another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['a user comes from another host of the site', {}, { 'sec-fetch-site': 'same-site' }],
    ['a service worker has it loaded ahead', {}, { 'service-worker-navigation-preload': 'true' }],
    ['the browser does not report gestures', {}, { 'sec-ch-ua': '' }],
    ['it is Firefox on WebKit', {}, { 'sec-ch-ua': '', 'user-agent': FIREFOX_ON_IOS }],
  ];
  for (const [why, changes, lines] of active) {
    it(`is active where ${why}`, () => expect(isPassive(changes, lines)).to.equal(false));
  }
});
