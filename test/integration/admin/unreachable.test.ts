import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startAdministeredCurfew,
  type AdministeredCurfew,
} from '../../support/admin/administered-curfew.ts';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { freePort } from '../../support/network/free-port.ts';

const POLICY = `version: 1
sources: [{ name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }]
policies: [{ name: default, idle: 1h, absolute: 12h }]
`;

describe('commands that get no answer', function () {
  this.timeout(60_000);
  const authority = createAuthority('administration');
  const server = authority.issue({ dnsName: 'admin.curfew.test' });
  const client = authority.issue({ commonName: 'ops-console' });
  let folder: string;
  let plain: AdministeredCurfew;
  let tls: AdministeredCurfew;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-unreachable-'));
    const files = {
      'ca.crt': authority.cert,
      'other.crt': createAuthority('another').cert,
      'tls.crt': server.cert,
      'tls.key': server.key,
      'client.crt': client.cert,
      'client.key': client.key,
      'unknown.token': randomBytes(32).toString('hex'),
    };
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)),
    );
    plain = await startAdministeredCurfew({ policy: POLICY });
    tls = await startAdministeredCurfew({
      policy: POLICY,
      flags: [
        `--admin-tls-cert-file=${join(folder, 'tls.crt')}`,
        `--admin-tls-key-file=${join(folder, 'tls.key')}`,
        `--admin-client-ca-file=${join(folder, 'ca.crt')}`,
        '--admin-role=ops-console=operator',
      ],
    });
  });
  after(async () => {
    await plain?.stop();
    await tls?.stop();
    await rm(folder, { recursive: true });
  });

  const status = (curfew: AdministeredCurfew, ...flags: string[]) =>
    curfew.curfew(['status', ...flags]);
  const secure = (): string => tls.url.replace('http:', 'https:');

  it('say that nothing listens there', async () => {
    const { code, stderr } = await status(plain, `--url=http://127.0.0.1:${await freePort()}`);
    expect(stderr).to.match(/nothing listens there; is the administration switched on/);
    expect(code).to.equal(4);
  });

  it('say that another server listens there', async () => {
    const { code, stderr } = await status(plain, `--url=http://127.0.0.1:${plain.process.opsPort}`);
    expect(stderr).to.match(/not as the administration of Curfew does \(HTTP 404\)/);
    expect(code).to.equal(4);
  });

  it('say that the name does not resolve', async () => {
    const { code, stderr } = await status(plain, '--url=https://curfew.invalid:9003');
    expect(stderr).to.match(/its name does not resolve/);
    expect(code).to.equal(4);
  });

  it('say that the token is not known, and do not show it', async () => {
    const file = join(folder, 'unknown.token');
    const { code, stderr } = await status(plain, `--token-file=${file}`);
    expect(stderr).to.match(/the token is not valid\n.*hint: .*--admin-tokens-file/);
    expect(code).to.equal(1);
  });

  it('say that the role may not do it', async () => {
    const { code, stderr } = await plain.curfew(['status'], { as: 'login' });
    expect(stderr).to.match(/hint: ask for a token whose role may do this/);
    expect(code).to.equal(1);
  });

  it('say that the authority of a certificate is not known, and trust the one that is named', async () => {
    for (const flags of [[], [`--ca-file=${join(folder, 'other.crt')}`]]) {
      // oxlint-disable-next-line no-await-in-loop -- two
      const { code, stderr } = await status(tls, `--url=${secure()}`, ...flags);
      expect(stderr).to.match(/authority that is not trusted here; .*--ca-file/);
      expect(code).to.equal(4);
    }
  });

  it('say that a certificate has another name, and take the name that is given', async () => {
    const flags = [`--url=${secure()}`, `--ca-file=${join(folder, 'ca.crt')}`];
    const { code, stderr } = await status(tls, ...flags);
    expect(stderr).to.match(/for another name; .*--server-name/);
    expect(code).to.equal(4);
    const answer = await status(tls, ...flags, '--server-name=admin.curfew.test');
    expect(answer).to.deep.include({ code: 0, stderr: '' });
    const other = await status(tls, ...flags, '--server-name=other.curfew.test');
    expect(other.stderr).to.match(/for another name/);
    expect(other.code).to.equal(4);
  });

  it('say that it is https, or that it is not', async () => {
    const wrong = await status(tls, `--url=${tls.url}`);
    expect(wrong.stderr).to.match(/does it speak https:\/\//);
    const other = await status(plain, `--url=${plain.url.replace('http:', 'https:')}`);
    expect(other.stderr).to.match(/does not speak TLS; is it http:\/\//);
    expect([wrong.code, other.code]).to.deep.equal([4, 4]);
  });

  it('show the certificate that gives a role', async () => {
    const flags = [
      `--url=${secure()}`,
      `--ca-file=${join(folder, 'ca.crt')}`,
      '--server-name=admin.curfew.test',
      `--client-cert-file=${join(folder, 'client.crt')}`,
      `--client-key-file=${join(folder, 'client.key')}`,
    ];
    const answer = await tls.curfew(['status', ...flags], { env: { CURFEW_TOKEN_FILE: '' } });
    expect(answer).to.deep.include({ code: 0, stderr: '' });
  });

  it('say that a file is not PEM', async () => {
    const { code, stderr } = await status(
      tls,
      `--url=${secure()}`,
      `--client-cert-file=${join(folder, 'unknown.token')}`,
      `--client-key-file=${join(folder, 'unknown.token')}`,
    );
    expect(stderr).to.match(/is not PEM/);
    expect(code).to.equal(4);
  });
});
