import { expect } from 'chai';
import { load, policiesOf, selected } from './policies-of.ts';
import { requestFacts } from './request-facts.ts';

const policies = policiesOf([
  '- { name: public, match: [{ path: /public/** }], session: off }',
  '- { name: admin, match: [{ path: /admin/** }, { path: /login }], idle: 5m, absolute: 8h }',
]);

/** Who judges: one policy, or `together` the strictest of all. */
function judge(path: string): string {
  const { policy, ambiguousPath } = selected(policies, requestFacts(path));
  return ambiguousPath ? `together ${policy.name}` : policy.name;
}

describe('a path that two honest parsers could read differently', () => {
  const AMBIGUOUS: readonly string[] = [
    '/public/../admin',
    '/public/..',
    '/public/.',
    '/public/./x',
    '/./public',
    '/public/%2e%2e/admin',
    '/public/%2E%2e/admin',
    '/public/.%2e/admin',
    '/public/%2e/x',
    '/public/%2E%2e%2fadmin',
    '/public/%252e%252e/admin',
    '/public/..;/admin',
    '/public/..%3badmin',
    '/public/a;x=1',
    '/public;/../admin',
    '/admin;x=1',
    '/public%3Bx/y',
    '/public\\..\\admin',
    '/public/%5c..%5Cadmin',
    '/public/x%00',
    '/public/x\u0000',
    '/public%2f..%2fadmin',
    '/public/a%2Fb',
    '/public/a%3Fb',
    '/public/a%3fb',
    '/public/a%23b',
    '/public/a#b',
    '/public/a%25b',
    '/public/a%2',
    '/public/a%',
    '/public/a%zz',
    '/public/a%u0041',
    '//public',
    '/public//x',
    '/public/x//',
    'http://app.example.com/public/x',
    'https://other.example.com/public/x?y',
    'public/x',
    '*',
    '',
    '?',
    '/public/%ff',
    '/public/%c0%ae%c0%ae/admin',
    '/public/%c0%af..%c0%afadmin',
    '/public/%ed%a0%80',
    '/public/\u00e9',
    '/public/\uFFFD',
    '/public/a b',
    `/public/${'x'.repeat(4_096)}`,
    `/public/${'%41/'.repeat(20_000)}`,
    '/public/a%0d%0ab',
    '/public/%7f',
    '/public/%EF%BC%8F..%EF%BC%8Fadmin', // full-width slashes
    '/public/%EF%BC%8E%EF%BC%8E/admin', // full-width dots
  ];
  for (const path of AMBIGUOUS) {
    it(`is judged by all policies together: ${JSON.stringify(path.slice(0, 60))}`, () => {
      expect(judge(path)).to.equal('together admin');
    });
  }

  const OTHER_POLICY: readonly string[] = [
    '/Admin',
    '/ADMIN/x',
    '/Login',
    '/login/',
    '/Login/',
    '/PUBLIC/x',
    '/%41dmin',
    '/%EF%BD%81dmin', // a full-width "a"
    '/%E2%84%AA/../x',
  ];
  for (const path of OTHER_POLICY) {
    it(`is judged together when its plainer spelling is another policy's: ${path}`, () => {
      expect(judge(path)).to.equal('together admin');
    });
  }

  const PLAIN: readonly (readonly [path: string, policy: string])[] = [
    ['/public', 'public'],
    ['/public/', 'public'],
    ['/public/x/', 'public'],
    ['/public/X', 'public'],
    ['/public/%78', 'public'],
    ['/%70ublic/x', 'public'],
    ['/public/a%20b', 'public'],
    ['/public/caf%C3%A9', 'public'],
    ['/public/..x', 'public'],
    ['/public/x..', 'public'],
    ['/public/...', 'public'],
    ['/public/.well-known', 'public'],
    ['/public/a:b@c,d=e+f!', 'public'],
    ['/public/a%3Ab', 'public'],
    ['/public?x=/../admin', 'public'],
    ['/public?x=//;%2f%zz#', 'public'],
    ['/adminx', 'default'],
    ['/publicx', 'default'],
    ['/admin', 'admin'],
    ['/admin/', 'admin'],
    ['/admin/%7Euser', 'admin'],
    ['/', 'default'],
    ['/IMG.PNG', 'default'],
    ['/a/', 'default'],
  ];
  for (const [path, policy] of PLAIN) {
    it(`is not ${path}`, () => {
      expect(judge(path)).to.equal(policy);
    });
  }

  it('includes the escape of a reserved character where a pattern has it plain', () => {
    const withColon = policiesOf([
      '- { name: lock, match: [{ path: "/user:lock" }], idle: 5m, absolute: 8h }',
    ]);
    expect(selected(withColon, requestFacts('/user:lock')).ambiguousPath).to.equal(false);
    expect(selected(withColon, requestFacts('/user%3Alock')).ambiguousPath).to.equal(true);
    expect(selected(withColon, requestFacts('/user%3alock/')).ambiguousPath).to.equal(true);
  });

  it('includes the plain spelling of what a pattern writes in capitals or with a final slash', () => {
    const odd = policiesOf([
      '- { name: caps, match: [{ path: /Admin/** }], idle: 5m, absolute: 8h }',
      '- { name: slash, match: [{ path: /end/ }], idle: 6m, absolute: 8h }',
    ]);
    const ambiguous = ['/admin/x', '/aDMIN', '/end', '/Admin', '/end/', '/other', '/end/x'].map(
      (path) => selected(odd, requestFacts(path)).ambiguousPath,
    );
    expect(ambiguous).to.deep.equal([true, true, true, true, true, false, false]);
  });

  it('includes the plain spelling of one part where a pattern writes another in capitals', () => {
    const odd = policiesOf([
      '- { name: loose, match: [{ path: /up/* }, { path: /Up/X }], idle: 50m, absolute: 8h }',
      '- { name: strict, match: [{ path: /Up/* }], idle: 5m, absolute: 8h }',
    ]);
    // Whoever reads it as /Up/x would have it judged by the strict one.
    const { policy, ambiguousPath } = selected(odd, requestFacts('/up/X'));
    expect([policy.idleTimeoutMs, ambiguousPath]).to.deep.equal([300_000, true]);
  });

  it('is none for an upstream that decodes nothing', () => {
    const literal = policiesOf(
      ['- { name: a, match: [{ path: /a/** }, { path: /x%2Fy }], idle: 5m, absolute: 8h }'],
      'ambiguous_paths: literal',
    );
    const judged = ['/a/../b', '/a//b?c', '/A', '/x%2Fy', '/x%2fy', '/%61'].map((path) => {
      const { policy, ambiguousPath } = selected(literal, requestFacts(path));
      return `${policy.name} ${ambiguousPath}`;
    });
    expect(judged).to.deep.equal([
      'a false',
      'a false',
      'default false',
      'a false',
      'default false',
      'default false',
    ]);
  });
});

describe('a host that two honest parsers could read differently', () => {
  const hosts = policiesOf([
    '- { name: pay, match: [{ host: pay.example.com }], idle: 5m, absolute: 8h }',
  ]);
  for (const host of [
    'user@pay.example.com',
    'a.example.com,pay.example.com',
    'pay.example.com ',
    'pay.example.com:80:80',
    'pay.example.com..',
    '.example.com',
    'pay.example.com/x',
    'päy.example.com',
  ]) {
    it(`is judged by all policies together: ${JSON.stringify(host)}`, () => {
      expect(selected(hosts, requestFacts('/', { host })))
        .to.deep.include({ ambiguousPath: true })
        .and.nested.include({ 'policy.name': 'pay' });
    });
  }
  it('is not an absent one', () => {
    expect(selected(hosts, requestFacts('/', { host: '' })).policy.name).to.equal('default');
  });
});

describe('policies that judge together', () => {
  const file = load(
    `
version: 1
sources:
  - { name: web, cookie: sid, opening: registered }
  - { name: api, bearer: {}, opening: registered }
policies:
  - { name: off, match: [{ path: /off }], session: off }
  - { name: watched, match: [{ path: /watched }], idle: 2m, absolute: 20h, mode: observe, sources: [web, api],
      stream_max: 10m, expose_lifetime: true, cors_origins: ["https://a.example.com", "https://B.example.com"] }
  - { name: twin, match: [{ path: /twin }], idle: 2m, absolute: 9h, session: optional, sources: [web],
      cors_origins: ["https://b.example.com"], expose_lifetime: true }
  - { name: other-host, match: [{ path: /x, host: other.example.com }], idle: 1m, absolute: 1h }
  - { name: posts, match: [{ path: /p, methods: [POST] }], idle: 90s, absolute: 30m }
  - { name: by-name, by_name: true, idle: 1s, absolute: 1s }
  - { name: default, idle: 1h, absolute: 12h, login_url: "https://login.example.org/", expose_lifetime: true,
      return_hosts: [app.example.com], cors_origins: ["https://b.example.com", "https://a.example.com"] }
`,
  );
  const { policy } = selected(file, requestFacts('/a//b'));

  it('are those that are reached when the path is ignored', () => {
    expect(selected(file, requestFacts('/a//b', { method: 'POST' })).policy.name).to.equal('posts');
    expect(
      selected(file, requestFacts('/a//b', { host: 'other.example.com' })).policy.name,
    ).to.equal('other-host');
  });
  it('have the name of the one with the smallest idle timeout, the first of equals', () => {
    expect(policy.name).to.equal('watched');
  });
  it('have the smallest timeouts of all', () => {
    expect(policy).to.include({ idleTimeoutMs: 120_000, absoluteTimeoutMs: 9 * 3_600_000 });
  });
  it('require a session and enforce when any does', () => {
    expect(policy).to.include({ session: 'required', mode: 'enforce' });
  });
  it('end nothing and redirect nowhere', () => {
    expect(policy).to.include({ onExpiry: 'challenge', loginUrl: undefined });
    expect(policy.returnHosts.size).to.equal(0);
  });
  it('admit the sources and origins that all admit', () => {
    expect([...policy.sources]).to.deep.equal(['web']);
    expect([...policy.corsOrigins]).to.deep.equal(['https://b.example.com']);
  });
  it('bound streams by the smallest explicit or implied bound', () => {
    expect(policy.streamMaxMs).to.equal(120_000);
  });
  it('expose the lifetime only when all do', () => {
    expect(policy.exposeLifetime).to.equal(true);
    expect(
      selected(file, requestFacts('/a//b', { method: 'POST' })).policy.exposeLifetime,
    ).to.equal(false);
  });
  it('observe when every one that reads sessions observes', () => {
    const observing = load(`
version: 1
sources: [{ name: web, cookie: sid, opening: registered }]
policies:
  - { name: off, match: [{ path: /off }], session: off }
  - { name: default, idle: 1h, absolute: 12h, mode: observe }
`);
    expect(selected(observing, requestFacts('/a//b')).policy).to.include({
      mode: 'observe',
      name: 'default',
    });
  });
});
