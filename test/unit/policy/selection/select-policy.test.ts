import { expect } from 'chai';
import type { RequestFacts } from '../../../../src/terms/request-facts.ts';
import { policiesOf, selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

const LIMITS = 'idle: 5m, absolute: 8h';

/** The policy of a request: the one with the matcher (`hit`), the last one (`default`), or both. */
function policyFor(matcher: string, facts: RequestFacts): string {
  const policies = policiesOf(
    [`- { name: hit, match: [${matcher}], ${LIMITS} }`],
    'host_ports: ignored',
  );
  const { policy, isDoubtful } = selected(policies, facts);
  return isDoubtful ? 'both' : policy.name;
}

describe('a path pattern', () => {
  // [pattern, paths that it matches, paths that it does not]
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['/', ['/', '/?a=b'], ['/a', '/a/']],
    ['/api', ['/api', '/api?x=/..'], ['/apix', '/api/x', '/ap', '/x/api']],
    ['/a/b', ['/a/b', '/a/b/'], ['/a', '/a/b/c', '/a/bc']],
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
        expect(policyFor(`{ path: "${pattern}" }`, requestFacts(path))).to.equal('hit');
      });
    }
    for (const path of others) {
      it(`${pattern} does not match ${path}`, () => {
        expect(policyFor(`{ path: "${pattern}" }`, requestFacts(path))).to.equal('default');
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
      expect(policyFor(`{ host: "${pattern}" }`, requestFacts('/', { host }))).to.equal(
        matches ? 'hit' : 'default',
      );
    });
  }
});

describe('a matcher', () => {
  const rows: readonly (readonly [string, string, Partial<RequestFacts>, boolean])[] = [
    ['matches any of its methods', '{ methods: [POST, PUT] }', { method: 'PUT' }, true],
    ['does not match another method', '{ methods: [POST, PUT] }', { method: 'GET' }, false],
    ['matches HEAD where it names GET', '{ methods: [GET] }', { method: 'HEAD' }, true],
    ['does not match GET where it names HEAD', '{ methods: [HEAD] }', { method: 'GET' }, false],
    [
      'matches a header that is present',
      '{ header: { name: X-Poll, trusted: true } }',
      { headers: [{ name: 'x-poll', value: '' }] },
      true,
    ],
    [
      'does not match an absent header',
      '{ header: { name: x-poll, trusted: true } }',
      { headers: [{ name: 'x-pol', value: '1' }] },
      false,
    ],
    [
      'matches a header with its value',
      '{ header: { name: x-tier, value: a, trusted: true } }',
      { headers: [{ name: 'x-tier', value: 'a' }] },
      true,
    ],
    [
      'does not match a header with another value',
      '{ header: { name: x-tier, value: a, trusted: true } }',
      { headers: [{ name: 'x-tier', value: 'A' }] },
      false,
    ],
    ['matches the principal', '{ principal: "spiffe://a/b" }', { principal: 'spiffe://a/b' }, true],
    [
      'does not match another principal',
      '{ principal: "spiffe://a/b" }',
      { principal: 'spiffe://a/bc' },
      false,
    ],
    [
      'matches the context, among other entries',
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
      'does not match a part of the context',
      '{ context: { tier: x, more: y } }',
      { context: new Map([['tier', 'x']]) },
      false,
    ],
    [
      'does not match the prototype of the context',
      '{ context: { tier: x } }',
      { context: new Map([['constructor', 'x']]) },
      false,
    ],
    [
      'matches when all of its fields match',
      '{ path: /a, methods: [POST] }',
      { method: 'POST', path: '/a' },
      true,
    ],
    [
      'does not match when one field does not',
      '{ path: /a, methods: [POST] }',
      { method: 'GET', path: '/a' },
      false,
    ],
  ];
  for (const [what, matcher, facts, matches] of rows) {
    it(what, () => {
      expect(policyFor(matcher, requestFacts('/', facts))).to.equal(matches ? 'hit' : 'default');
    });
  }
});

describe('the selection', () => {
  it('takes the first policy with a matcher that matches', () => {
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

  it('takes a policy without match only if it is the last one or named', () => {
    expect(selected(named, requestFacts('/x')).policy.name).to.equal('default');
    expect(selected(named, requestFacts('/both')).policy.name).to.equal('both');
  });

  for (const name of ['missing', '', 'plain', 'default', 'constructor', 'Admin']) {
    it(`is unknown for the name "${name}", which does not belong to a by_name policy`, () => {
      expect(named.select(requestFacts('/', naming(name)))).to.deep.equal({
        kind: 'unknown_policy_name',
      });
    });
  }
});
