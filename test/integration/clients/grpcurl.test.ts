import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtOrSkip } from '../../support/programs/built-or-skip.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { eventually } from '../../support/time/eventually.ts';
import { provideGoTool } from '../../../tools/provide-go-program.ts';
import { allowReply, denyReply } from '../../support/requests/reply.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const CHECK = 'envoy.service.auth.v3.Authorization/Check';
const HEALTH = 'grpc.health.v1.Health';
const DEFINITIONS = {
  [CHECK]: ['proto', 'envoy/service/auth/v3/external_auth.proto'],
  [HEALTH]: ['node_modules/grpc-health-check/proto', 'health/v1/health.proto'],
} as const;

// The server has no reflection, so grpcurl needs the definitions.
onEachTransport('grpcurl on the transport', function ({ startTransport }) {
  this.timeout(60_000);
  const authority = createAuthority();
  let grpcurl: string;
  let folder: string;
  let plain: TestTransport;
  let secured: TestTransport;

  before(async function () {
    grpcurl = await builtOrSkip(
      this,
      'grpcurl',
      provideGoTool('github.com/fullstorydev/grpcurl/cmd/grpcurl', 'v1.9.3'),
    );
    folder = await mkdtemp(join(tmpdir(), 'curfew-grpcurl-'));
    const [own, guest] = [authority.issue(), authority.issue()];
    await writeFile(join(folder, 'ca.crt'), authority.cert);
    await writeFile(join(folder, 'client.crt'), guest.cert);
    await writeFile(join(folder, 'client.key'), guest.key, { mode: 0o600 });
    plain = await startTransport(({ path }) => (path === '/deny' ? denyReply() : allowReply()));
    plain.transport.setServing(true);
    secured = await startTransport(undefined, {
      tls: {
        certificate: Buffer.from(own.cert),
        key: Buffer.from(own.key),
        clientCa: Buffer.from(authority.cert),
      },
    });
  });
  after(async () => {
    await plain?.close();
    await secured?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function ask(
    server: TestTransport,
    definition: keyof typeof DEFINITIONS,
    method: string,
    message: unknown,
  ) {
    const [importPath, proto] = DEFINITIONS[definition];
    const tls = server === plain ? ['-plaintext'] : ['-cacert', join(folder, 'ca.crt')];
    if (server === secured) {
      tls.push('-cert', join(folder, 'client.crt'), '-key', join(folder, 'client.key'));
    }
    const { address } = server.transport;
    const child = await startProcess(grpcurl, [
      ...tls,
      '-format-error',
      '-import-path',
      join(ROOT, importPath),
      '-proto',
      proto,
      '-d',
      JSON.stringify(message),
      address,
      method,
    ]);
    const code = await child.ended();
    return { code, said: child.log() };
  }
  const check = (server: TestTransport, path: string) =>
    ask(server, CHECK, CHECK, {
      attributes: { request: { http: { method: 'GET', host: 'app.example.com', path } } },
    });

  it('is allowed', async () => {
    const { code, said } = await check(plain, '/allow');
    expect(JSON.parse(said)).to.have.property('okResponse');
    expect(code).to.equal(0);
  });

  it('is denied', async () => {
    const { code, said } = await check(plain, '/deny');
    expect(JSON.parse(said)).to.have.property('deniedResponse');
    expect(code).to.equal(0);
  });

  it('gets the health of the server', async () => {
    const { said } = await ask(plain, HEALTH, `${HEALTH}/Check`, {});
    expect(JSON.parse(said)).to.deep.equal({ status: 'SERVING' });
    const unknown = await ask(plain, HEALTH, `${HEALTH}/Check`, { service: 'curfew' });
    expect(unknown.said).to.match(/"code": 5/);
  });

  it('can watch the health', async () => {
    const heard = ask(plain, HEALTH, `${HEALTH}/Watch`, {});
    await eventually('watch', () => plain.observed.at(-1) === 'started Watch');
    await plain.transport.drain(5_000);
    const { said } = await heard;
    expect(said.match(/"status": "\w+"/g)).to.deep.equal([
      '"status": "SERVING"',
      '"status": "NOT_SERVING"',
    ]);
    expect(said).to.match(/"code": 14/);
  });

  it('is allowed through mutual TLS', async () => {
    const { code, said } = await check(secured, '/allow');
    expect(JSON.parse(said)).to.have.property('okResponse');
    expect(code).to.equal(0);
  });
});
