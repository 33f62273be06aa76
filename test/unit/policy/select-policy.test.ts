import { expect } from 'chai';
import type { RequestFacts } from '../../../src/session/request-facts.ts';
import { policiesOf, selected } from './policies-of.ts';
import { requestFacts } from './request-facts.ts';

const LIMITS = 'idle: 5m, absolute: 8h';

/** Who judges: the policy with the matcher (`hit`), the catch-all behind it (`default`), or both together. */
function judge(matcher: string, facts: RequestFacts): string {
  const policies = policiesOf([`- { name: hit, match: [${matcher}], ${LIMITS} }`]);
  const { policy, ambiguousPath } = selected(policies, facts);
  return ambiguousPath ? 'both' : policy.name;
}

describe('a path pattern', () => {
  // [pattern, paths that it matches, paths that it does not]
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['/', ['/', '/?a=b'], ['/a', '/a/']],
    ['/api', ['/api', '/api?x=/..'], ['/apix', '/api/x', '/ap', '/x/api']],
    ['/a/b', ['/a/b', '/%61/b', '/a/%62'], ['/a', '/a/b/c', '/a/bc']],
    ['/a/**', ['/a', '/a/', '/a/b', '/a/b/c', '/a/b/'], ['/ab', '/b/a', '/']],
    ['/**', ['/', '/a', '/a/b/c'], []],
    ['/a/*', ['/a/b', '/a/x.y'], ['/a', '/a/', '/a/b/c']],
    ['/a/*/c', ['/a/b/c', '/a/*/c'], ['/a/c', '/a/b/d', '/a/b/c/d']],
    ['/a/*/**', ['/a/b', '/a/b/', '/a/b/c/d'], ['/a', '/a/']],
    ['/*/*', ['/a/b'], ['/a', '/a/', '/a/b/c']],
    ['/caf%c3%a9', ['/caf%C3%A9', '/caf%c3%a9'], ['/cafe']],
    ['/café', ['/caf%C3%A9'], ['/cafe']],
    ['/a%20b', ['/a%20b'], ['/ab', '/a+b']],
    ['/a[1]', ['/a[1]', '/a%5B1%5D'], ['/a1']],
  ];
  for (const [pattern, matching, others] of rows) {
    for (const path of matching) {
      it(`${pattern} matches ${path}`, () => {
        expect(judge(`{ path: "${pattern}" }`, requestFacts(path))).to.equal('hit');
      });
    }
    for (const path of others) {
      it(`${pattern} does not match ${path}`, () => {
        expect(judge(`{ path: "${pattern}" }`, requestFacts(path))).to.equal('default');
      });
    }
  }
});

describe('a host pattern', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['pay.example.com', 'pay.example.com', true],
    ['pay.example.com', 'PAY.Example.COM', true],
    ['PAY.example.com.', 'pay.example.com', true],
    ['pay.example.com', 'pay.example.com:8443', true],
    ['pay.example.com', 'pay.example.com.', true],
    ['pay.example.com', 'pay.example.com.:443', true],
    ['pay.example.com', 'example.com', false],
    ['pay.example.com', 'xpay.example.com', false],
    ['pay.example.com', 'pay.example.com.evil.org', false],
    ['pay.example.com', '', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'aexample.com', false],
    ['[::1]', '[::1]:8080', true],
    ['localhost', 'localhost:8080', true],
  ];
  for (const [pattern, host, matches] of rows) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} "${host}"`, () => {
      expect(judge(`{ host: "${pattern}" }`, requestFacts('/', { host }))).to.equal(
        matches ? 'hit' : 'default',
      );
    });
  }
});

describe('the other fields of a matcher', () => {
  const rows: readonly (readonly [string, string, Partial<RequestFacts>, boolean])[] = [
    ['any of the methods', '{ methods: [POST, PUT] }', { method: 'PUT' }, true],
    ['no other method', '{ methods: [POST, PUT] }', { method: 'GET' }, false],
    ['methods in their own case', '{ methods: [POST] }', { method: 'post' }, false],
    [
      'a header that is present',
      '{ header: { name: X-Poll, trusted: true } }',
      { headers: [{ name: 'x-poll', value: '' }] },
      true,
    ],
    [
      'no absent header',
      '{ header: { name: x-poll, trusted: true } }',
      { headers: [{ name: 'x-pol', value: '1' }] },
      false,
    ],
    [
      'a header with its value',
      '{ header: { name: x-tier, value: a, trusted: true } }',
      { headers: [{ name: 'x-tier', value: 'a' }] },
      true,
    ],
    [
      'no header with another value',
      '{ header: { name: x-tier, value: a, trusted: true } }',
      { headers: [{ name: 'x-tier', value: 'A' }] },
      false,
    ],
    ['the principal', '{ principal: "spiffe://a/b" }', { principal: 'spiffe://a/b' }, true],
    ['no other principal', '{ principal: "spiffe://a/b" }', { principal: 'spiffe://a/bc' }, false],
    [
      'the context',
      '{ context: { tier: x } }',
      {
        context: new Map([
          ['tier', 'x'],
          ['more', 'y'],
        ]),
      },
      true,
    ],
    [
      'all of the context',
      '{ context: { tier: x, more: y } }',
      { context: new Map([['tier', 'x']]) },
      false,
    ],
    [
      'no prototype as context',
      '{ context: { tier: x } }',
      { context: new Map([['constructor', 'x']]) },
      false,
    ],
    ['all fields together', '{ path: /a, methods: [POST] }', { method: 'POST', path: '/a' }, true],
    ['not one field alone', '{ path: /a, methods: [POST] }', { method: 'GET', path: '/a' }, false],
  ];
  for (const [what, matcher, facts, matches] of rows) {
    it(`want ${what}`, () => {
      expect(judge(matcher, requestFacts('/', facts))).to.equal(matches ? 'hit' : 'default');
    });
  }
});

describe('the selection', () => {
  it('takes the first policy of which any matcher matches', () => {
    const policies = policiesOf([
      `- { name: first, match: [{ path: /a }, { path: /b }], ${LIMITS} }`,
      `- { name: second, match: [{ path: /** , methods: [GET] }], ${LIMITS} }`,
    ]);
    const names = ['/a', '/b', '/c'].map(
      (path) => selected(policies, requestFacts(path)).policy.name,
    );
    expect(names).to.deep.equal(['first', 'first', 'second']);
  });

  const named = policiesOf([
    `- { name: admin, by_name: true, ${LIMITS} }`,
    `- { name: both, by_name: true, match: [{ path: /both }], ${LIMITS} }`,
    `- { name: plain, match: [{ path: /plain }], ${LIMITS} }`,
  ]);
  const naming = (name: string): Partial<RequestFacts> => ({
    context: new Map([['curfew-policy', name]]),
  });

  it('takes the policy that the route names, whatever its path', () => {
    expect(selected(named, requestFacts('/plain', naming('admin'))).policy.name).to.equal('admin');
    expect(selected(named, requestFacts('/plain', naming('both'))).policy.name).to.equal('both');
  });

  it('never takes a policy without match by its path, unless it is the last', () => {
    expect(selected(named, requestFacts('/x')).policy.name).to.equal('default');
    expect(selected(named, requestFacts('/both')).policy.name).to.equal('both');
  });

  for (const name of ['nobody', '', 'plain', 'default', 'constructor', 'Admin']) {
    it(`has no answer to the name "${name}", which no policy may be called by`, () => {
      expect(named.select(requestFacts('/', naming(name)))).to.deep.equal({
        kind: 'unknown_policy_name',
      });
    });
  }

  it('judges an ambiguous path by the named policy alone, and ends nothing', () => {
    const selection = selected(named, requestFacts('/a//b', naming('both')));
    expect(selection.ambiguousPath).to.equal(true);
    expect(selection.policy).to.include({
      name: 'both',
      idleTimeoutMs: 300_000,
      onExpiry: 'challenge',
    });
  });
});

describe('a passive request', () => {
  const policies = policiesOf([
    `- { name: a, match: [{ path: /a/** }], ${LIMITS}, passive: [{ path: /a/poll }, { path: /a/Feed/ }, { header: { name: x-poll, value: "1" } }] }`,
  ]);
  const header = (name: string, value: string): Partial<RequestFacts> => ({
    headers: [{ name, value }],
  });
  const rows: readonly (readonly [string, string, Partial<RequestFacts>, boolean])[] = [
    ['is one that a rule matches', '/a/poll?x=1', {}, true],
    ['is one with the header of a rule', '/a/x', header('x-poll', '1'), true],
    ['is not one with another value of it', '/a/x', header('x-poll', '2'), false],
    ['is not one that only a rule of another policy matches', '/b', header('x-poll', '1'), false],
    ['is not any request', '/a/x', {}, false],
    ['is one that says so', '/b', header('curfew-passive', '?1'), true],
    ['is not one that says that it is not', '/b', header('curfew-passive', '?0'), false],
    ['is one that says so and the contrary', '/b', header('curfew-passive', '?0, ?1'), true],
    ['is a prefetch', '/b', header('sec-purpose', 'prefetch'), true],
    ['is a prerender', '/b', header('sec-purpose', 'prefetch;prerender'), true],
    ['is not another purpose', '/b', header('sec-purpose', 'prefetching'), false],
    ['is an event stream', '/b', header('accept', 'text/event-stream'), true],
    ['is an event stream with parameters', '/b', header('accept', 'text/event-stream; q=1'), true],
    [
      'is not one that would take something else, too',
      '/b',
      header('accept', 'text/event-stream; q=1, application/json'),
      false,
    ],
    [
      'is not one that would take an event stream, too',
      '/b',
      header('accept', 'application/json, text/event-stream'),
      false,
    ],
    ['is one with a rule for it in other letters', '/a/POLL', {}, true],
    ['is one with a rule for it in capitals', '/a/feed', {}, true],
    ['is one with a rule for it but for the final slash', '/a/poll/', {}, true],
    ['is one on an ambiguous path that might be', '/a//poll', {}, true],
  ];
  for (const [what, path, facts, passive] of rows) {
    it(what, () => {
      expect(selected(policies, requestFacts(path, facts)).passive).to.equal(passive);
    });
  }
});
