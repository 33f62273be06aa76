import { expect } from 'chai';
import type { RequestFacts } from '../../../../src/terms/request-facts.ts';
import type { LoadedPolicies } from '../../../../src/policy/loaded-policies.ts';
import { load, policiesOf, selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

/** The policy of a request: one of the file, or `together` and the strictest of several. */
function policyOf(file: LoadedPolicies, path: string, facts: Partial<RequestFacts> = {}): string {
  const { policy, isDoubtful } = selected(file, requestFacts(path, facts));
  return isDoubtful ? `together ${policy.name}` : policy.name;
}

describe('a host with a port, a final dot or a bare colon', () => {
  const entries = [
    '- { name: pay, match: [{ host: pay.example.com }, { host: "*.pay.example.com" }], idle: 5m, absolute: 8h }',
  ];
  const judged = policiesOf(entries);
  const ignored = policiesOf(entries, 'host_ports: ignored');
  const rows: readonly (readonly [host: string, judged: string, ignored: string])[] = [
    ['PAY.example.com', 'pay', 'pay'],
    ['pay.example.com:8443', 'together pay', 'pay'],
    ['pay.example.com:', 'together pay', 'pay'],
    ['a.pay.example.com:443', 'together pay', 'pay'],
    ['pay.example.com.', 'together pay', 'together pay'],
    ['pay.example.com.:443', 'together pay', 'together pay'],
    ['other.example.com:8443', 'default', 'default'],
    ['other.example.com.', 'default', 'default'],
    ['[::1]:8443', 'default', 'default'],
  ];
  for (const [host, policy, ignoring] of rows) {
    it(`is doubtful if the proxy might see another one: ${host}`, () => {
      expect(policyOf(judged, '/', { host })).to.equal(policy);
    });
    it(`is not doubtful for a port that the proxy ignores: ${host}`, () => {
      expect(policyOf(ignored, '/', { host })).to.equal(ignoring);
    });
  }

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
    it(`gets the limits of all policies together if it is malformed: ${JSON.stringify(host)}`, () => {
      expect(policyOf(judged, '/', { host })).to.equal('together pay');
    });
  }

  it('is not the same as an absent host', () => {
    expect(policyOf(judged, '/', { host: '' })).to.equal('default');
  });
});

describe('a method that a server might read as another one', () => {
  const file = policiesOf([
    '- { name: posts, match: [{ path: /pay/**, methods: [POST] }], idle: 5m, absolute: 8h, passive: [{ methods: [PUT] }] }',
    '- { name: reads, match: [{ path: /pay/**, methods: [GET] }], idle: 9m, absolute: 8h }',
  ]);
  const override = (name: string, value: string, method = 'GET'): Partial<RequestFacts> => ({
    method,
    headers: [{ name, value }],
  });
  const rows: readonly (readonly [what: string, facts: Partial<RequestFacts>, policy: string])[] = [
    ['POST', { method: 'POST' }, 'posts'],
    ['post', { method: 'post' }, 'together posts'],
    ['Get', { method: 'Get' }, 'together reads'],
    ['HEAD', { method: 'HEAD' }, 'reads'],
    ['delete', { method: 'delete' }, 'default'],
    ['POST by override', override('x-http-method-override', 'post'), 'together posts'],
    ['POST by its twin', override('x_http_method.override', 'POST'), 'together posts'],
    ['POST by a shorter name', override('x-http-method', 'POST'), 'together posts'],
    ['POST by another name', override('x-method-override', 'POST'), 'together posts'],
    ['POST among several', override('x-http-method-override', 'GET, POST'), 'together posts'],
    ['DELETE by override', override('x-http-method-override', 'DELETE', 'POST'), 'together posts'],
    ['the same by override', override('x-http-method-override', 'GET'), 'reads'],
  ];
  for (const [what, facts, policy] of rows) {
    it(`${what} is judged by ${policy}`, () => {
      expect(policyOf(file, '/pay/x', facts)).to.equal(policy);
    });
  }

  it('is judged by all policies if it might be one of very many', () => {
    const value = Array.from({ length: 200 }, (_, n) => `M${n}`).join(',');
    expect(policyOf(file, '/other', override('x-http-method-override', value))).to.equal(
      'together reads',
    );
  });

  it('has its headers decoded under every file', () => {
    for (const name of ['x-http-method-override', 'x_http_method_override', 'x-method-override']) {
      expect(file.wantedHeaders.includes(name), name).to.equal(true);
    }
  });
});

describe('the context of a route', () => {
  const file = policiesOf([
    '- { name: admin, by_name: true, idle: 1m, absolute: 8h }',
    '- { name: gold, match: [{ context: { tier: gold } }], idle: 5m, absolute: 8h }',
    '- { name: area, match: [{ path: /area/** }], idle: 50m, absolute: 8h }',
  ]);
  const tier = (value: string) => ({ context: new Map([['tier', value]]) });
  const naming = (name: string) => ({ context: new Map([['curfew-policy', name]]) });

  it('is exact on a path that has one meaning', () => {
    for (const path of ['/area/x', '/area/a%20b', '/area/caf%C3%A9', '/area/page.html', '/area/']) {
      expect(policyOf(file, path, tier('gold'))).to.equal('gold');
      expect(policyOf(file, path, tier('silver'))).to.equal('area');
      expect(policyOf(file, path, naming('admin'))).to.equal('admin');
    }
  });

  it('is ignored on a path that may have another route', () => {
    for (const path of ['/area/..%2fx', '/area//x', '/area/x;v=1/y', '/%61rea/x', '/area\\x']) {
      expect(policyOf(file, path, tier('silver')), path).to.equal('together admin');
      expect(policyOf(file, path, naming('admin')), path).to.equal('together admin');
    }
    const two = policiesOf([
      '- { name: gold, match: [{ context: { tier: gold } }], idle: 5m, absolute: 8h }',
    ]);
    expect(policyOf(two, '/x/..%2fy', tier('silver'))).to.equal('together gold');
  });

  it('is ignored on a path that is doubtful', () => {
    expect(policyOf(file, '/AREA/x', tier('silver'))).to.equal('together admin');
  });

  it('leaves a file without routes as it is', () => {
    const plain = policiesOf([
      '- { name: area, match: [{ path: /area/** }], idle: 5m, absolute: 8h }',
    ]);
    expect(policyOf(plain, '/area//x', tier('gold'))).to.equal('area');
  });
});

describe('policies that apply together', () => {
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
  const { policy } = selected(file, requestFacts('/a#b'));

  it('are those that match when the path is ignored', () => {
    expect(selected(file, requestFacts('/a#b', { method: 'POST' })).policy.name).to.equal('posts');
    expect(
      selected(file, requestFacts('/a#b', { host: 'other.example.com' })).policy.name,
    ).to.equal('other-host');
  });
  it('have the name of the first one with the smallest idle timeout', () => {
    expect(policy.name).to.equal('watched');
  });
  it('have the smallest timeouts of all', () => {
    expect(policy).to.include({ idleTimeoutMs: 120_000, absoluteTimeoutMs: 9 * 3_600_000 });
  });
  it('require a session and enforce if any of them does', () => {
    expect(policy).to.include({ session: 'required', mode: 'enforce' });
  });
  it('never end a session and never redirect', () => {
    expect([...new Set(policy.onExpiry.values())]).to.deep.equal(['challenge']);
    expect(policy.loginUrl).to.equal(undefined);
    expect(policy.returnHosts.size).to.equal(0);
  });
  it('accept only the sources and origins that all of them accept', () => {
    expect([...policy.sources]).to.deep.equal(['web']);
    expect([...policy.corsOrigins]).to.deep.equal(['https://b.example.com']);
  });
  it('limit streams to the smallest explicit or implied bound', () => {
    expect(policy.streamMaxMs).to.equal(120_000);
  });
  it('expose the lifetime only if all of them do', () => {
    expect(policy.exposeLifetime).to.equal(true);
    expect(selected(file, requestFacts('/a#b', { method: 'POST' })).policy.exposeLifetime).to.equal(
      false,
    );
  });
  it('observe if all of them that read sessions observe', () => {
    const observing = load(`
version: 1
sources: [{ name: web, cookie: sid, opening: registered }]
policies:
  - { name: off, match: [{ path: /off }], session: off }
  - { name: default, idle: 1h, absolute: 12h, mode: observe }
`);
    expect(selected(observing, requestFacts('/a#b')).policy).to.include({
      mode: 'observe',
      name: 'default',
    });
  });
});
