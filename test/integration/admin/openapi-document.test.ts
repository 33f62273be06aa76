import { expect } from 'chai';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { schemathesisOrSkip } from '../../support/admin/schemathesis.ts';
import type { Schemathesis } from '../../support/admin/schemathesis.ts';
import { tokenIssuer } from '../../support/tokens/signed-tokens.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const ISSUER = 'https://sso.example.com';
/** So that the whole takes about half a minute. */
const EXAMPLES_MAX = 25;

/**
 * What no document can say: whether a source exists, what a credential or a cursor contains, whether
 * two parts fit together. So what fits the document may be refused, and that it seldom is, is held by
 * the other tests.
 */
const WITHOUT = ['positive_data_acceptance'];

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>;
}

// Every call that is there, by every kind of request that follows from its description: by its examples, at each limit,
// at random, with wrong types, without parts, without a token. No answer may be one that the document does not describe.
describe('the OpenAPI document of administration', function () {
  this.timeout(300_000);
  let folder: string;
  let world: AdminWorld;
  let schemathesis: Schemathesis;
  let token: string;

  before(async function () {
    schemathesis = await schemathesisOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-openapi-'));
    const issuer = await tokenIssuer();
    const keys = join(folder, 'keys.json');
    await issuer.writeKeys(keys);
    world = await startAdminWorld({
      policies: POLICIES,
      flags: [
        `--admin-jwt-issuer=${ISSUER}`,
        '--admin-jwt-audience=curfew',
        `--admin-jwt-keys=${keys}`,
        '--admin-jwt-role-claim=roles',
      ],
    });
    // A line of the tokens file has one role, and no role may make every call.
    const exp = Math.floor(Date.now() / 1000) + 3_600;
    const roles = ['operator', 'issuer'];
    token = await issuer.sign({ iss: ISSUER, aud: 'curfew', sub: 'tester', exp, roles });
  });

  after(async () => {
    await world?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const documentOf = async (): Promise<Document> =>
    (await world.get('/openapi.json')).json as unknown as Document;

  /** The document with a session that is there as the example, or all of them would be unknown. */
  async function withExamples(): Promise<string> {
    const credential = randomBytes(16).toString('hex');
    const { status, json } = await world.post(
      '/v1/sessions',
      { source: 'web', credential },
      'login',
    );
    expect(status).to.equal(201);
    const examples = new Map<string, unknown>([
      ['credential', credential],
      ['session', json['session']],
    ]);
    return JSON.stringify(await documentOf(), (key, value: unknown) => {
      if (isParameter(value) && examples.has(value.name)) {
        return { ...value, example: examples.get(value.name) };
      }
      if (!examples.has(key) || !isTextSchema(value)) return value;
      return { ...value, example: examples.get(key) };
    });
  }

  it('is one of OpenAPI 3.1, with every call', async () => {
    const { openapi, paths } = await documentOf();
    expect(openapi).to.match(/^3\.1\./);
    expect(Object.values(paths).flatMap(Object.values)).to.have.length.above(9);
  });

  it('describes every answer that schemathesis gets', async () => {
    const seed = Number(process.env['OPENAPI_SEED'] ?? randomInt(2 ** 31));
    const { code, stdout, stderr } = await schemathesis({
      document: await withExamples(),
      url: `http://127.0.0.1:${world.adminPort}`,
      token,
      seed,
      examplesMax: EXAMPLES_MAX,
      without: WITHOUT,
    });
    const found = stdout.replaceAll(/^(.{400}).*$/gm, '$1 …');
    expect(code, `OPENAPI_SEED=${seed}\n${found}\n${stderr}`).to.equal(0);
  });

  it('is about calls that were all made with success meanwhile, and none with a fault', async () => {
    const { paths } = await documentOf();
    const names = Object.values(paths)
      .flatMap(Object.values)
      .map(({ operationId }) => String(operationId));
    const metrics = await world.curfew.metrics();
    // A series begins at 0.
    const lines = metrics
      .split('\n')
      .filter((line) => line.startsWith('curfew_admin_requests_total') && !line.endsWith(' 0'));
    const isMade = (name: string) =>
      lines.some((line) => line.includes(`call="${name}"`) && line.includes('result="ok"'));
    expect(names.filter((name) => !isMade(name))).to.deep.equal([]);
    expect(lines.filter((line) => line.includes('result="failed"'))).to.deep.equal([]);
    expect(world.curfew.log()).to.not.match(/"level":"(error|fatal)"/);
  });
});

function isParameter(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'in' in value && 'name' in value;
}

function isTextSchema(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'string';
}
