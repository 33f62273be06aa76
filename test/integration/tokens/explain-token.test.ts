import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runExplain } from '../../../src/cli/explain.ts';
import { type JwksServer, jwksServer } from '../../support/tokens/jwks-server.ts';
import { type SigningKey, keySetText, signingKey } from '../../unit/tokens/tokens.ts';

const ISSUER = 'https://idp.example.com';
const NOW_S = Math.floor(Date.now() / 1000);
const CLAIMS = {
  iss: ISSUER,
  aud: 'api',
  sid: 'canary',
  iat: NOW_S - 60,
  auth_time: NOW_S - 600,
  exp: NOW_S + 3_600,
};

interface Answer {
  readonly situation: string;
  readonly verdict: string;
  readonly reason: string;
  readonly cause?: string;
  readonly why?: readonly string[];
  readonly message?: string;
}

describe('explain, given a token', () => {
  let folder: string;
  let server: JwksServer;
  let one: SigningKey;
  let two: SigningKey;

  before(async () => {
    [one, two] = await Promise.all([signingKey('one'), signingKey('two')]);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-explain-token-'));
    server = await jwksServer(keySetText(one));
    await writeFile(join(folder, 'keys.json'), keySetText(one));
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function explain(
    token: string,
    jwt: string,
    json: boolean,
  ): Promise<{ code: number; out: string; err: string }> {
    const config = join(folder, 'curfew.yaml');
    await writeFile(
      config,
      `version: 1
sources:
  - { name: api, jwt: { issuer: '${ISSUER}', audience: api, session_claim: sid, per_login: true, ${jwt} }, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`,
    );
    let [out, err] = ['', ''];
    const code = await runExplain(
      {
        config,
        url: 'https://app.example.com/',
        method: 'GET',
        header: ['@-'],
        context: [],
        principal: '',
        json,
      },
      {},
      {
        out: (text) => (out += text),
        err: (text) => (err += text),
        readInput: () => Promise.resolve(`authorization: Bearer ${token}\n`),
      },
    );
    const parts = token.split('.');
    for (const part of ['canary', ...parts]) expect(out + err).to.not.contain(part);
    return { code, out, err };
  }

  async function judged(token: string, jwt = `jwks_file: ${folder}/keys.json`): Promise<Answer> {
    const { code, out, err } = await explain(token, jwt, true);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    const { answers } = JSON.parse(out) as { answers: readonly Answer[] };
    const [given] = answers;
    if (given === undefined) throw new Error('there is no answer');
    expect(given.situation).to.equal('request as given');
    return given;
  }

  it('verifies it with the keys of a file', async () => {
    expect(await judged(await one.sign(CLAIMS))).to.include({ verdict: 'allow', reason: 'ok' });
  });

  it('verifies it with the keys of a URL, however slowly they come', async () => {
    server.answer = (_, response) => {
      setTimeout(() => response.end(keySetText(one)), 400);
    };
    const jwt = `jwks_uri: '${server.uri}'`;
    expect(await judged(await one.sign(CLAIMS), jwt)).to.include({ verdict: 'allow' });
    expect(await judged(await two.sign(CLAIMS), jwt)).to.include({ cause: 'unknown_key' });
  });

  it('judges its login by the limits of the policy', async () => {
    const old = await one.sign({ ...CLAIMS, auth_time: NOW_S - 12 * 3_600 });
    expect(await judged(old)).to.include({ verdict: 'deny', reason: 'absolute_timeout' });
  });

  const table: readonly (readonly [
    cause: string,
    changes: Record<string, unknown>,
    why: RegExp,
  ])[] = [
    ['issuer', { iss: `${ISSUER}/` }, /not exactly "https:\/\/idp\.example\.com"$/],
    ['audience', { aud: 'account' }, /none of: api$/],
    ['expired', { exp: NOW_S - 61 }, /\(exp\)/],
    ['not_yet', { nbf: NOW_S + 3_600 }, /\(nbf, iat or auth_time\)/],
    ['type', { events: {} }, /events claim/],
    ['no_session_claim', { sid: null }, /has no "sid"/],
    ['no_auth_time', { auth_time: null }, /auth_time/],
    ['other_scheme', { cnf: { jkt: 'x' } }, /DPoP/],
  ];
  for (const [cause, changes, why] of table) {
    it(`says why it is invalid: ${cause}`, async () => {
      const answer = await judged(await one.sign({ ...CLAIMS, ...changes }));
      expect(answer).to.include({ verdict: 'deny', reason: 'invalid_token', cause });
      expect(answer.why?.join()).to.match(why);
    });
  }

  it('says why it is invalid: signature, algorithm', async () => {
    const forger = await signingKey('one');
    expect(await judged(await forger.sign(CLAIMS))).to.include({ cause: 'signature' });
    const only = `jwks_file: ${folder}/keys.json, algorithms: [RS256]`;
    expect(await judged(await one.sign(CLAIMS), only)).to.include({ cause: 'algorithm' });
  });

  it('says why the keys cannot be read, and gives no verdict', async () => {
    await rm(join(folder, 'keys.json'));
    const answer = await judged(await one.sign(CLAIMS));
    expect(answer).to.include({ verdict: 'none', reason: 'internal_error' });
    expect(answer.why).to.deep.equal([`${folder}/keys.json: ${folder}/keys.json does not exist`]);
  });

  it('takes one that Envoy verifies as verified, and judges its claims', async () => {
    const jwt = 'verified_by: envoy, metadata_key: payload';
    expect(await judged(await two.sign(CLAIMS), jwt)).to.include({ verdict: 'allow' });
    const answer = await judged(await two.sign({ ...CLAIMS, aud: 'shop' }), jwt);
    expect(answer).to.include({ verdict: 'deny', cause: 'audience' });
  });

  it('shows the cause to people, too', async () => {
    const token = await one.sign({ ...CLAIMS, aud: 'shop' });
    const { out } = await explain(token, `jwks_file: ${folder}/keys.json`, false);
    expect(out).to.match(/request as given +deny 401 +invalid_token \(audience\)\n +its audience/);
  });
});
