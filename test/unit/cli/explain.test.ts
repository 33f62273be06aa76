import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runExplain } from '../../../src/cli/explain.ts';
import type { ExplainFlags } from '../../../src/cli/explain-flags.ts';
import type { Environment } from '../../../src/settings/process-settings.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: { name: __Host-sid, path: / }, opening: first-use, credential_lifetime: 30d, take: { after: "s:", before: "." } }
  - { name: device, header: x-device, format: uuid, opening: registered }
  - { name: api, jwt: { issuer: https://idp.example.com, audience: api, jwks_file: keys.json, session_claim: sid }, credential_lifetime: 30d }
  - { name: mesh, jwt: { issuer: https://idp.example.com, audience: api, verified_by: envoy, metadata_key: payload, session_claim: sid, cookie: mesh }, credential_lifetime: 30d }
policies:
  - { name: public, match: [{ path: /login }], session: off }
  - { name: trial, match: [{ path: /trial }], mode: observe, idle: 5m, absolute: 8h }
  - { name: maybe, match: [{ path: /maybe }], session: optional, idle: 5m, absolute: 8h }
  - name: payments
    match: [{ host: pay.example.com, path: /transfer/**, methods: [POST] }]
    preset: pci-dss-4
    idle: 5m
    absolute: 8h
    on_expiry: challenge
    sources: [web]
    passive: [{ path: /transfer/status }]
    login_url: https://login.example.com/?rd={return_to}&reason={reason}&max_age={max_age}
  - { name: tenant, match: [{ context: { tier: gold } }], idle: 10m, absolute: 1h }
  - { name: named, by_name: true, idle: 20m, absolute: 1h }
  - { name: default, idle: 1h, absolute: 12h }
`;

interface Answer {
  readonly situation: string;
  readonly source?: string;
  readonly verdict: string;
  readonly reason: string;
  readonly http_status?: number;
  readonly grpc_status?: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

interface Explained {
  readonly selection: Readonly<Record<string, unknown>>;
  readonly policies: readonly { readonly name: string; readonly role: string }[];
  readonly answers: readonly Answer[];
}

describe('explain', () => {
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-explain-'));
    path = join(folder, 'curfew.yaml');
    await writeFile(path, POLICIES);
  });

  after(() => rm(folder, { recursive: true }));

  async function run(
    flags: Partial<ExplainFlags>,
    environment: Environment = {},
    input = '',
  ): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const code = await runExplain(
      {
        config: path,
        url: 'https://app.example.com/',
        method: 'GET',
        header: [],
        context: [],
        principal: '',
        json: false,
        ...flags,
      },
      environment,
      {
        out: (text) => (out += text),
        err: (text) => (err += text),
        readInput: () => Promise.resolve(input),
      },
    );
    return { code, out, err };
  }

  async function explained(flags: Partial<ExplainFlags>): Promise<Explained> {
    const { code, out, err } = await run({ ...flags, json: true });
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    return JSON.parse(out) as Explained;
  }

  async function answers(
    flags: Partial<ExplainFlags>,
    source?: string,
  ): Promise<Record<string, string>> {
    const { answers: all } = await explained(flags);
    const own = all.filter((answer) => answer.source === source);
    return Object.fromEntries(
      own.map(({ situation, verdict, reason, http_status, grpc_status }) => [
        situation,
        [verdict, http_status, grpc_status, reason].filter((word) => word !== undefined).join(' '),
      ]),
    );
  }

  const TRANSFER = { url: 'https://pay.example.com/transfer/9?to=x', method: 'POST' } as const;

  it('says which policy judges, why the others do not, and where each limit comes from', async () => {
    const { code, out } = await run(TRANSFER);
    expect(code).to.equal(0);
    for (const words of [
      /^POST https:\/\/pay\.example\.com\/transfer\/9\?to=x$/m,
      /^Judged by "payments", the first that matches$/m,
      /^ {2}idle +5m +set by the policy, within preset pci-dss-4 \(PCI DSS.*\)$/m,
      /^ {2}absolute +8h +set by the policy/m,
      /^ {2}public: does not match\n {6}no +path \/login \(it is \/transfer\/9\)$/m,
      /^ {2}payments: judges$/m,
      /^ {2}named: only for routes that name it$/m,
      /^ {2}default: would match, but another one comes first$/m,
    ]) {
      expect(out).to.match(words);
    }
  });

  it('plays every situation with a credential that fits the source', async () => {
    expect(await answers(TRANSFER)).to.deep.equal({ 'no credential': 'deny 401 no_credential' });
    expect(await answers(TRANSFER, 'web')).to.deep.equal({
      'malformed credential': 'deny 401 malformed_credential',
      'credential never seen': 'allow ok',
      'live session': 'allow ok',
      'idle timeout reached': 'deny 401 reauthentication_required',
      'absolute timeout reached': 'deny 401 reauthentication_required',
      'revoked session': 'deny 401 revoked',
      'store down': 'none UNAVAILABLE store_unavailable',
    });
  });

  const ENDING = {
    'live session': 'allow ok',
    'idle timeout reached': 'deny 401 idle_timeout',
    'absolute timeout reached': 'deny 401 absolute_timeout',
    'revoked session': 'deny 401 revoked',
    'malformed credential': 'deny 401 malformed_credential',
    'store down': 'none UNAVAILABLE store_unavailable',
  };
  for (const [source, neverSeen] of [
    ['web', 'allow ok'],
    ['device', 'deny 401 unknown_session'],
    ['api', 'allow ok'],
    ['mesh', 'allow ok'],
  ] as const) {
    it(`plays them for the source ${source}`, async () => {
      const all = { ...ENDING, 'credential never seen': neverSeen };
      const own = await answers({ url: 'https://app.example.com/x' }, source);
      expect(own).to.deep.equal(all);
    });
  }

  it('shows the redirect of a browser', async () => {
    const { answers: all } = await explained({
      ...TRANSFER,
      header: ['accept: text/html', 'sec-fetch-mode: navigate', 'sec-fetch-dest: document'],
    });
    const idle = all.find(({ situation }) => situation === 'idle timeout reached');
    expect(idle?.http_status).to.equal(303);
    expect(idle?.headers?.find(({ name }) => name === 'location')?.value).to.equal(
      'https://login.example.com/?rd=%2Ftransfer%2F9%3Fto%3Dx&reason=reauthentication_required&max_age=300',
    );
  });

  it('hints at the redirect where there is one', async () => {
    expect((await run(TRANSFER)).out).to.contain("add: --header 'accept: text/html'");
    expect((await run({})).out).to.not.contain('add: --header');
  });

  it('needs no credential where there is no session', async () => {
    const { answers: all, selection } = await explained({ url: 'https://app.example.com/login' });
    expect(selection).to.include({ policy: 'public', session: 'off' });
    expect(all.map(({ situation, verdict, reason }) => [situation, verdict, reason])).to.deep.equal(
      [['request as given', 'allow', 'session_off']],
    );
  });

  it('shows that observing denies no request, with the true reason', async () => {
    expect(await answers({ url: 'https://app.example.com/trial' }, 'web')).to.include({
      'idle timeout reached': 'allow idle_timeout',
      'revoked session': 'allow revoked',
      'store down': 'allow store_unavailable',
    });
  });

  it('shows that an optional session passes without a session', async () => {
    const url = 'https://app.example.com/maybe';
    expect(await answers({ url })).to.deep.equal({ 'no credential': 'allow session_absent' });
    expect(await answers({ url }, 'web')).to.include({
      'idle timeout reached': 'allow session_absent',
    });
  });

  it('keeps a path as it is written, and says what makes it ambiguous', async () => {
    const { selection } = await explained({ url: 'https://app.example.com/a/../login;x=1#y' });
    expect(selection['ambiguity']).to.be.a('string');
    expect(selection['judged_by']).to.include.members(['trial', 'default']);
    expect((await run({ url: 'https://app.example.com/a/../trial' })).out).to.match(
      /ambiguous: read as \/trial \(without dot segments\) it would be .*\. Judged by/,
    );
  });

  it('shows the readings that other policies judge', async () => {
    const url = 'https://app.example.com/maybe.json';
    const { selection } = await explained({ url });
    expect(selection['ambiguity']).to.match(/^read as \/maybe \(without the format suffix\)/);
    expect(selection['readings']).to.satisfy((readings: { path: string; policies: string[] }[]) =>
      readings.some((one) => one.path === '/maybe' && one.policies.includes('maybe')),
    );
    expect((await run({ url })).out).to.match(
      /read as \/maybe \(without the format suffix\): .*"maybe"/,
    );
    expect((await explained({ url: 'https://app.example.com/x' })).selection['readings']).to.be
      .empty;
  });

  it('reads context, principal and a policy named by the route', async () => {
    expect((await explained({ context: ['tier=gold'] })).selection).to.include({
      policy: 'tenant',
    });
    expect((await explained({ context: ['curfew-policy=named'] })).selection).to.include({
      policy: 'named',
    });
    const unknown = await explained({ context: ['curfew-policy=missing'] });
    expect(unknown.selection).to.deep.equal({ unknown_policy: 'missing' });
    expect(unknown.answers[0]).to.include({ verdict: 'none', grpc_status: 'INVALID_ARGUMENT' });
  });

  it('says for each source what happens on expiry, why, and what would be better', async () => {
    const gold = { context: ['tier=gold'] };
    const text = (await run(gold)).out;
    expect(text).to.contain(
      '  on expiry  for "web", "device" end: policy "named" might still accept the session, but a challenge needs a policy with session: login\n' +
        '             for "api", "mesh" challenge: the limits here are stricter than those of policy "named", which may still accept the session\n',
    );
    const { selection, policies } = await explained(gold);
    expect(selection['on_expiry']).to.deep.equal({
      web: 'end',
      device: 'end',
      api: 'challenge',
      mesh: 'challenge',
    });
    const tenant = policies.find(({ name }) => name === 'tenant');
    expect(tenant).to.have.nested.property('on_expiry.web').that.deep.equals({
      on_expiry: 'end',
      why: 'no_login',
      policy: 'named',
    });
    expect(policies[0]).to.not.have.property('on_expiry');
    expect((await run({ url: 'https://app.example.com/a' })).out).to.contain(
      '  on expiry  end: no other policy lets a session live longer\n',
    );
  });

  it('says why a request does not count as activity', async () => {
    expect(
      (await explained({ ...TRANSFER, url: 'https://pay.example.com/transfer/status' })).selection[
        'passive'
      ],
    ).to.match(/passive rule of "payments"/);
  });

  it('plays the given credential where it alone decides, and never shows it', async () => {
    const given = { header: ['cookie: __Host-sid=canary; __Host-sid=other', 'x-other: canary'] };
    const { answers: all } = await explained(given);
    expect(all[0]).to.include({ situation: 'request as given', reason: 'malformed_credential' });
    const { out } = await run(given);
    expect(out).to.not.contain('canary');
  });

  it('reads header lines from standard input, and shows none of their values', async () => {
    const lines = 'Cookie: __Host-sid=s:canary.x\r\n\r\nx-other: y\n';
    const { code, out } = await run({ header: ['accept: text/html', '@-'] }, {}, lines);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^ {2}request as given +allow +ok$/m)
      .and.not.contain('canary');
    for (const pasted of ['canary', 'a b: canary', 'cookie: a\0canary']) {
      // oxlint-disable-next-line no-await-in-loop
      const refused = await run({ header: ['@-'] }, {}, pasted);
      expect(refused.code, pasted).to.equal(2);
      expect(refused.err).to.contain("standard input is not 'name: value'");
      expect(refused.err + refused.out).to.not.contain('canary');
    }
  });

  it('takes the file from the environment as well', async () => {
    const { code, out } = await run({ config: undefined } as never, { CURFEW_CONFIG: path });
    expect(code).to.equal(0);
    expect(out).to.contain('Judged by "default"');
  });

  describe('exits with 2 for', () => {
    const table: readonly (readonly [string, Partial<ExplainFlags>, RegExp])[] = [
      ['a URL without a host', { url: '/transfer' }, /--url must be a whole URL/],
      ['a URL that is none', { url: 'ftp://a/b' }, /--url must be a whole URL/],
      ['an endless URL', { url: `https://a/${'x'.repeat(70_000)}` }, /--url must be/],
      ['a header without a colon', { header: ['canary'] }, /--header must be 'name: value'/],
      [
        'a header that no proxy passes',
        { header: ['a b: canary'] },
        /--header "a b" is not a header line/,
      ],
      ['a context without a value', { context: ['tier'] }, /--context must be 'key=value'/],
      ['a method that is not one', { method: 'G T' }, /--method is not an HTTP method/],
      ['a missing file', { config: '/nowhere.yaml' }, /^\/nowhere\.yaml does not exist$/m],
    ];
    for (const [what, flags, words] of table) {
      it(what, async () => {
        const { code, out, err } = await run(flags);
        expect({ code, out }).to.deep.equal({ code: 2, out: '' });
        expect(err).to.match(words).and.not.contain('canary');
      });
    }

    it('a bad policy file, with all problems', async () => {
      const bad = join(folder, 'bad.yaml');
      await writeFile(bad, 'version: 1\nsources: []\npolicies:\n  - { name: a, idel: 1h }\n');
      const { code, err } = await run({ config: bad });
      expect(code).to.equal(2);
      expect(err).to.match(/bad\.yaml:4:\d+: .*idel/);
    });
  });
});
