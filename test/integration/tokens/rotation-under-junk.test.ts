import { expect } from 'chai';
import {
  type RunningTokenVerifier,
  createTokenVerifier,
} from '../../../src/tokens/create-token-verifier.ts';
import { type Decided, DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import { type JwksServer, jwksServer } from '../../support/tokens/jwks-server.ts';
import {
  ISSUER,
  type SigningKey,
  keySetText,
  recordTo,
  signingKey,
} from '../../unit/tokens/tokens.ts';

describe('a session whose issuer rotates its key while a client sends junk', () => {
  let server: JwksServer;
  let path: DecisionPath;
  let verifier: RunningTokenVerifier;
  let one: SigningKey;
  let two: SigningKey;

  before(async () => {
    [one, two] = await Promise.all([signingKey('one'), signingKey('two')]);
  });
  beforeEach(async () => {
    server = await jwksServer(keySetText(one));
    path = new DecisionPath(
      `version: 1
sources:
  - { name: api, jwt: { issuer: '${ISSUER}', audience: api, jwks_uri: '${server.uri}', session_claim: sid, per_login: true }, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`,
      { verify: (source, token) => verifier.verify(source, token) },
    );
    verifier = createTokenVerifier({
      sources: [],
      clock: path.clock.now,
      observer: recordTo([]),
    });
  });
  afterEach(async () => {
    verifier.close();
    await server.close();
  });

  const nowS = (): number => Math.floor(path.clock.now() / 1000);
  let loginS = 0;

  function claims(sid: string): Record<string, unknown> {
    const s = nowS();
    return { iss: ISSUER, aud: 'api', sid, iat: s, exp: s + 300, auth_time: loginS };
  }

  function present(token: string): Promise<Decided> {
    return path.check(factsOf({ headers: { authorization: `Bearer ${token}` } }));
  }

  /** Anybody can make these: nothing is signed. */
  async function junk(tokens: number): Promise<void> {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (let count = 0; count < tokens; count += 1) {
      const header = part({ alg: 'ES256', kid: `junk ${Math.random()}` });
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what spends the budget
      const { reply } = await present(`${header}.${part(claims('junk'))}.AAAA`);
      expect(reply.kind, 'junk').to.be.oneOf(['deny', 'none']);
    }
  }

  it('is never denied, and goes on within 20 seconds', async () => {
    loginS = nowS();
    expect((await present(await one.sign(claims('s1')))).reply.kind).to.equal('allow');
    await junk(5);
    server.answer = keySetText(one, two);
    const seen: string[] = [];
    for (let second = 0; second <= 21; second += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const { observation } = await present(await two.sign(claims('s1')));
      seen.push(`${observation.verdict} ${observation.reason}`);
      path.clock.advance(1_000);
      // oxlint-disable-next-line no-await-in-loop
      await junk(2);
    }
    expect(new Set(seen)).to.deep.equal(new Set(['none internal_error', 'allow ok']));
    expect(seen.at(-1)).to.equal('allow ok');
    const opened = (await path.metrics()).match(/^curfew_sessions_opened_total.* (\d+)$/m);
    expect(opened?.[1], 'it is still the first session').to.equal('1');
  });

  it('shows the client nothing of why a token is refused', async () => {
    loginS = nowS();
    const { reply, observation } = await present(await one.sign({ ...claims('s1'), aud: 'shop' }));
    expect(observation).to.include({ reason: 'invalid_token', cause: 'audience' });
    expect(reply.kind).to.equal('deny');
    expect(JSON.stringify(reply)).to.not.match(/audience|shop/);
    expect(path.logLines.join('')).to.contain('"cause":"audience"').and.not.contain('shop');
    expect(await path.metrics()).to.match(
      /^curfew_invalid_tokens_total\{source="\w+",cause="audience"\} 1$/m,
    );
  });
});
