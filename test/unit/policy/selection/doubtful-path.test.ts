import { expect } from 'chai';
import { load, policiesOf, selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

const policies = policiesOf([
  '- { name: public, match: [{ path: /public/** }], session: optional, idle: 2h, absolute: 8h }',
  '- { name: admin, match: [{ path: /admin/** }, { path: /login }], idle: 5m, absolute: 8h }',
]);

/** The policy that a path gets: one of the file, or `together` and the strictest of several. */
function policyOf(path: string, file = policies): string {
  const { policy, isDoubtful } = selected(file, requestFacts(path));
  return isDoubtful ? `together ${policy.name}` : policy.name;
}

describe('a path that some server reads as a page of another policy', () => {
  const READ_AS_ADMIN: readonly (readonly [server: string, path: string])[] = [
    ['that resolves dot segments', '/public/../admin'],
    ['that resolves escaped ones', '/public/%2e%2E/admin'],
    ['that decodes and then resolves', '/public/..%2fadmin'],
    ['that decodes twice', '/public/%252e%252e%252fadmin'],
    ['that decodes twice, below', '/%2561dmin/x'],
    ['that decodes overlong UTF-8', '/public/%c0%ae%c0%ae%c0%afadmin'],
    ['that decodes %uXXXX', '/%u0061dmin/x'],
    ['that drops path parameters', '/admin;x=1'],
    ['that drops path parameters before dot segments', '/public/..;/admin'],
    ['that drops path parameters before it decodes', '/admin;x=%2f/y'],
    ['that drops path parameters, then decodes', '/public/..%2Flogin;x=%2Fy'],
    ['that drops path parameters after it decodes', '/admin%3Bx/y'],
    ['that ends path parameters at a backslash', '/public/..;%5Cadmin'],
    ['that takes a backslash for a slash', '/public\\..\\admin'],
    ['that takes an escaped backslash for a slash', '/public/..%5Cadmin'],
    ['that merges slashes', '//admin//x'],
    ['that takes the first segment for the host', '//other.example.com/admin/x'],
    ['that ends a path at an escaped "?"', '/admin%3Fx'],
    ['that ends a path at an escaped "#"', '/login%23x'],
    ['that ends a path at an escaped NUL', '/login%00.html'],
    ['that ignores a final newline', '/login%0a'],
    ['that ignores case', '/Admin/x'],
    ['that ignores the case of all letters', '/admin/../LOGIN'],
    ['that drops a format suffix', '/login.json'],
    ['that drops a format suffix before a final slash', '/login.json/'],
    ['that drops final dots', '/login.'],
    ['that drops final dots of each segment', '/admin./x'],
    ['that hands the rest to a program', '/index.php/admin/x'],
    ['that reads compatibility forms', '/%EF%BD%81dmin/x'],
    ['that reads compatibility forms of slashes', '/admin%EF%BC%8Fx'],
    ['that reads compatibility forms of dots', '/public/%EF%BC%8E%EF%BC%8E/admin'],
    ['that matches the path before it decodes it', '/%61dmin/x'],
  ];
  for (const [server, path] of READ_AS_ADMIN) {
    it(`is judged by both policies, for a server ${server}: ${path}`, () => {
      expect(policyOf(path)).to.equal('together admin');
    });
  }

  it('is judged by the program that gets the rest of the path', () => {
    const programs = policiesOf([
      '- { name: program, match: [{ path: /mail.php }], idle: 5m, absolute: 8h }',
    ]);
    expect(policyOf('/mail.php/x.css', programs)).to.equal('together program');
    expect(policyOf('/mail.png/x.css', programs)).to.equal('default');
  });

  it('is judged by the capitals of the file', () => {
    const capitals = policiesOf([
      '- { name: caps, match: [{ path: /Admin/** }], idle: 5m, absolute: 8h }',
    ]);
    const paths = ['/Admin', '/Admin/X', '/admin/x', '/aDMIN', '/other'];
    expect(paths.map((path) => policyOf(path, capitals))).to.deep.equal([
      'caps',
      'caps',
      'together caps',
      'together caps',
      'default',
    ]);
  });

  it('is judged by the policy of a server that ignores case in a part of the path only', () => {
    const parts = policiesOf([
      '- { name: logo, match: [{ path: /vault/logo }], session: off }',
      '- { name: vault, match: [{ path: /vault/* }], idle: 5m, absolute: 8h }',
    ]);
    expect(policyOf('/VAULT/LOGO', parts)).to.equal('together vault');
    expect(policyOf('/vault/Logo', parts)).to.equal('vault');
    const mounted = policiesOf([
      '- { name: loose, match: [{ path: /a/y }, { path: "/A/*" }], idle: 50m, absolute: 8h }',
      '- { name: strict, match: [{ path: "/a/*" }], idle: 5m, absolute: 8h }',
    ]);
    expect(policyOf('/A/Y', mounted)).to.equal('together strict');
  });

  it('is judged by a pattern with an escape, read with and without it', () => {
    const escaped = policiesOf([
      '- { name: lock, match: [{ path: "/user%3Alock" }], idle: 5m, absolute: 8h }',
      '- { name: caf, match: [{ path: /café/** }], idle: 6m, absolute: 8h }',
    ]);
    expect(policyOf('/user%3alock', escaped)).to.equal('lock');
    expect(policyOf('/user:lock', escaped)).to.equal('together lock');
    expect(policyOf('/caf%c3%a9/x', escaped)).to.equal('caf');
    expect(policyOf('/CAF%C3%89/x', escaped)).to.equal('together caf');
  });
});

describe('a path that has one meaning for its policies', () => {
  const JUDGED_ALONE: readonly (readonly [path: string, policy: string])[] = [
    ['/public', 'public'],
    ['/public/', 'public'],
    ['/public/X/', 'public'],
    ['/public/annual%20report.pdf', 'public'],
    ['/public/100%25.txt', 'public'],
    ['/public/what%3F.txt', 'public'],
    ['/public/a%23b', 'public'],
    ['/public/%78', 'public'],
    ['/public/caf%C3%A9', 'public'],
    ['/public/caf%E9', 'public'],
    ['/public/@scope%2Fname', 'public'],
    ['/public/feature%2Flogin', 'public'],
    ['/public/a;v=1/b;v=2', 'public'],
    ['/public/./x', 'public'],
    ['/public//x', 'public'],
    ['/public/x/../y', 'public'],
    ['/public/x%00', 'public'],
    ['/public/%zz', 'public'],
    ['/public/a b', 'public'],
    ['/public/app.min.js', 'public'],
    ['/public/.well-known/x', 'public'],
    ['/public/v1.0/x.php/y', 'public'],
    ['/public?x=/../admin', 'public'],
    ['/public?x=//;%2f%zz#', 'public'],
    ['/adminx', 'default'],
    ['/admin/', 'admin'],
    ['/admin/%7Euser', 'admin'],
    ['/login/', 'admin'],
    ['/', 'default'],
    ['/IMG.PNG', 'default'],
    ['/@scope%2Fname', 'default'],
    [`/public/${'%41/'.repeat(1_000)}`, 'public'],
  ];
  for (const [path, policy] of JUDGED_ALONE) {
    it(`is judged by that policy alone: ${path.slice(0, 60)}`, () => {
      expect(policyOf(path)).to.equal(policy);
    });
  }

  it('has a final slash or none, in the file and in the request', () => {
    const slashes = policiesOf([
      '- { name: signin, match: [{ path: /accounts/login/ }], session: login }',
      '- { name: end, match: [{ path: /end }, { path: "/a/*/" }], idle: 6m, absolute: 8h }',
    ]);
    const paths = ['/accounts/login/', '/accounts/login', '/end/', '/end', '/a/b', '/a/b/', '/a/'];
    expect(paths.map((path) => policyOf(path, slashes))).to.deep.equal([
      'signin',
      'signin',
      'end',
      'end',
      'end',
      'end',
      'default',
    ]);
  });

  describe('because the file spells it', () => {
    const spelled = policiesOf([
      '- { name: files, match: [{ path: /favicon.ico }, { path: /robots.txt }, { path: /app.js }, { path: "/*/v1." }], session: off }',
      '- { name: front, match: [{ path: /index.php/** }], idle: 1h, absolute: 8h }',
      '- { name: area, match: [{ path: /area/** }], idle: 5m, absolute: 8h, passive: [{ path: /area/poll.json }] }',
      '- { name: strict, match: [{ path: /app }, { path: /x }, { path: /area/page }], idle: 4m, absolute: 8h }',
    ]);
    const rows: readonly (readonly [path: string, policy: string])[] = [
      ['/favicon.ico', 'files'],
      ['/robots.txt/', 'files'],
      ['/app.js', 'files'],
      ['/a/v1.', 'files'],
      ['/index.php/x', 'front'],
      ['/area/poll.json', 'area'],
      ['/app.css', 'together strict'],
      ['/index.phtml/x', 'together strict'],
      ['/x.', 'together strict'],
    ];
    for (const [path, policy] of rows) {
      it(`${path} is for ${policy}`, () => {
        expect(policyOf(path, spelled)).to.equal(policy);
        const facts = requestFacts(path);
        expect(spelled.selectInDetail(facts).selection).to.equal(spelled.select(facts));
      });
    }

    it('and so is a passive rule', () => {
      expect(selected(spelled, requestFacts('/area/poll.json')).passive).to.equal(true);
    });
  });
});

describe('a path that might be any', () => {
  const ANY: readonly string[] = [
    '/public/x\u0000',
    '/public/\uFFFD',
    '/public/a#b',
    'http://app.example.com/public/x',
    'public/x',
    '*',
    '',
    '?',
    `/public/${'x'.repeat(4_096)}`,
    `/public/${'%41/'.repeat(20_000)}`,
    '//;/.;/%2e;\\%5c%252e%3b//%EF%BC%8E/..;/%c0%af\\;x/.%00;.%20//./x.%3b',
  ];
  for (const path of ANY) {
    it(`is judged by all policies: ${JSON.stringify(path.slice(0, 60))}`, () => {
      expect(policyOf(path)).to.equal('together admin');
    });
  }

  it('is not passive by a rule for paths', () => {
    const polls = load(`
version: 1
sources: [{ name: web, cookie: sid, opening: registered }]
policies: [{ name: only, idle: 5m, absolute: 8h, passive: [{ path: /** }, { methods: [PUT] }] }]
`);
    const isPassive = (path: string, method: string): boolean =>
      selected(polls, requestFacts(path, { method })).passive;
    expect(isPassive('/poll', 'GET')).to.equal(true);
    expect(isPassive('/poll#', 'GET')).to.equal(false);
    expect(isPassive('/poll#', 'PUT')).to.equal(true);
  });
});

describe('a path that is passive in one reading only', () => {
  const polls = policiesOf([
    '- { name: a, match: [{ path: /a/** }], idle: 5m, absolute: 8h, passive: [{ path: "/a/*/poll" }] }',
  ]);
  for (const [reading, path] of [
    ['as it was sent', '/a/b%2Fc/poll'],
    ['without case', '/a/b/POLL'],
  ]) {
    it(`is doubtful and activity: ${reading}`, () => {
      expect(selected(polls, requestFacts(path ?? ''))).to.include({
        isDoubtful: true,
        passive: false,
      });
    });
  }
});

describe('readings that select policies which let every request through', () => {
  const open = policiesOf([
    '- { name: assets, match: [{ path: /assets/** }], session: off }',
    '- { name: signin, match: [{ path: /signin/** }], session: login }',
    '- { name: admin, match: [{ path: /admin/** }], idle: 5m, absolute: 8h }',
  ]);

  it('are left out if another policy is selected', () => {
    expect(policyOf('/ASSETS/x', open)).to.equal('default');
    expect(policyOf('/Signin', open)).to.equal('default');
    expect(policyOf('/admin/..%2fassets/x', open)).to.equal('admin');
    expect(policyOf('/assets/..%2fadmin/x', open)).to.equal('together admin');
    expect(policyOf('/assets/..%2fx', open)).to.equal('together default');
  });

  it('count if there are no others', () => {
    const { policy, isDoubtful } = selected(open, requestFacts('/assets/..%2fsignin'));
    expect([policy.session, isDoubtful]).to.deep.equal(['login', true]);
  });
});

describe('with ambiguous_paths: literal', () => {
  it('a path has no other reading', () => {
    const literal = policiesOf(
      [
        '- { name: a, match: [{ path: /a/** }, { path: /x%2Fy }, { path: /z/ }], idle: 5m, absolute: 8h }',
      ],
      'ambiguous_paths: literal',
    );
    const paths = [
      '/a/../b',
      '/a//b?c',
      '/A',
      '/x%2Fy',
      '/x%2fy',
      '/%61',
      '/z/',
      '/z',
      '/x.a/../a',
    ];
    expect(paths.map((path) => policyOf(path, literal))).to.deep.equal([
      'a',
      'a',
      'default',
      'a',
      'default',
      'default',
      'a',
      'default',
      'default',
    ]);
  });
});
