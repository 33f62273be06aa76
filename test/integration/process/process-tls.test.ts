import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { freePort } from '../../support/network/free-port.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const DAY_MS = 24 * 60 * 60_000;

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('process TLS', function () {
  this.timeout(60_000);
  let folder: string;
  let policyPath: string;
  const authority = createAuthority('both');
  const server = authority.issue({ dnsName: 'curfew.test' });
  const client = authority.issue({ commonName: 'probe' });
  const old = authority.issue({ validToMs: Date.now() - DAY_MS });
  const file = (name: string) => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-tls-'));
    policyPath = file('curfew.yaml');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const files: Readonly<Record<string, string>> = {
      'curfew.yaml': POLICIES,
      'ca.crt': authority.cert,
      'tls.crt': server.cert,
      'tls.key': server.key,
      'client.crt': client.cert,
      'client.key': client.key,
      'old.crt': old.cert,
      'old.key': old.key,
      'two.crt': `${server.cert}${authority.cert}`,
      'damaged.crt': `${server.cert}${authority.cert.replace(/M/g, 'N')}`,
      'damaged.key': server.key.replace(/\n.{8}/, '\nAAAAAAAA'),
      'locked.key': privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
      'empty.crt': '',
    };
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(file(name), text, { mode: 0o600 })),
    );
  });
  after(() => rm(folder, { recursive: true }));

  async function run(...args: readonly string[]) {
    const child = await startProcess(process.execPath, [MAIN, ...args], { cwd: folder });
    const code = await child.ended();
    return { code, said: child.log() };
  }

  describe('refuses to start, and says which file, what is wrong and what to do, with', () => {
    const table: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['a missing file', ['no.crt', 'tls.key'], /-cert-file: no\.crt does not exist$/m],
      [
        'an empty file',
        ['empty.crt', 'tls.key'],
        /empty\.crt contains no certificate; expected a PEM file/,
      ],
      [
        'damage',
        ['damaged.crt', 'tls.key'],
        /damaged\.crt contains a damaged certificate, number 2/,
      ],
      [
        'swapped files',
        ['tls.key', 'tls.crt'],
        /tls\.key contains a private key but no certificate/,
      ],
      ['a damaged key', ['tls.crt', 'damaged.key'], /damaged\.key contains a private key that is/],
      ['a locked key', ['tls.crt', 'locked.key'], /locked\.key is protected by a passphrase/],
      [
        'the key of another',
        ['tls.crt', 'client.key'],
        /client\.key is not the key of .* tls\.crt$/m,
      ],
      [
        'no authorities',
        ['tls.crt', 'tls.key', 'tls.key'],
        /-ca-file: tls\.key contains a private/,
      ],
    ];
    for (const [what, [certFile = '', keyFile = '', caFile], words] of table) {
      it(what, async () => {
        const { code, said } = await run(
          'serve',
          `--config=${policyPath}`,
          '--grpc-address=127.0.0.1:0',
          '--ops-address=127.0.0.1:0',
          `--grpc-tls-cert-file=${certFile}`,
          `--grpc-tls-key-file=${keyFile}`,
          ...(caFile === undefined ? [] : [`--grpc-client-ca-file=${caFile}`]),
        );
        const lines = said.split('\n').filter((line) => line.startsWith('curfew: '));
        expect(lines.join('\n')).to.match(words);
        expectNoKey(said);
        expect(code).to.equal(2);
      });
    }
  });

  describe('serves, and healthcheck works', () => {
    let curfew: Curfew;
    let address: string;
    afterEach(() => curfew.stop());

    async function start(certFile: string, keyFile: string, caFile?: string): Promise<void> {
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      address = `--grpc-address=127.0.0.1:${grpcPort}`;
      const flags = [
        `--grpc-tls-cert-file=${file(certFile)}`,
        `--grpc-tls-key-file=${file(keyFile)}`,
        ...(caFile === undefined ? [] : [`--grpc-client-ca-file=${file(caFile)}`]),
      ];
      curfew = await startCurfew({ policyPath, grpcPort, opsPort, flags });
    }
    const health = (...flags: readonly string[]) => run('healthcheck', address, ...flags);

    it('with the settings of the server, or the authorities and a name to verify', async () => {
      await start('two.crt', 'tls.key');
      expect(curfew.log()).to.contain('"grpc_tls":"on"');
      expectNoKey(curfew.log());
      const { code, said } = await health('--grpc-tls-cert-file=tls.crt');
      expect(said).to.match(/^127\.0\.0\.1:\d+: SERVING\n$/);
      expect(code).to.equal(0);
      const verified = await health('--ca-file=ca.crt', '--server-name=curfew.test');
      expect(verified.code).to.equal(0);
      expect((await health('--ca-file=ca.crt')).code).to.equal(1); // 127.0.0.1 is not its name
      expect((await health()).code).to.equal(1); // in plain text
    });

    it('with its own certificate or another one, if it asks for one', async () => {
      await start('tls.crt', 'tls.key', 'ca.crt');
      expect(curfew.log()).to.contain('"grpc_tls":"mutual"');
      const own = ['--grpc-tls-cert-file=tls.crt', '--grpc-tls-key-file=tls.key'];
      expect((await health(...own, '--grpc-client-ca-file=ca.crt')).code).to.equal(0);
      const other = ['--client-cert-file=client.crt', '--client-key-file=client.key'];
      expect((await health(...other)).code).to.equal(0);
      expect(curfew.log()).to.not.contain('handshake_failed');
      expect((await health('--grpc-tls-cert-file=tls.crt')).code).to.equal(1); // shows none
      expect(curfew.log()).to.contain('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
    });

    it('not with half a pair, or files that are not there', async () => {
      await start('tls.crt', 'tls.key');
      const half = await health('--client-cert-file=client.crt');
      expect(half).to.deep.equal({
        code: 2,
        said: 'curfew: --client-cert-file and --client-key-file must be given together\n',
      });
      const missing = await health('--ca-file=no.crt');
      expect(missing).to.deep.equal({
        code: 2,
        said: 'curfew: --ca-file no.crt does not exist\n',
      });
    });

    it('with a warning about a certificate that has expired', async () => {
      await start('old.crt', 'old.key');
      expect(curfew.log()).to.match(
        /"event":"tls_warned","port":"grpc","msg":"[^"]*old\.crt: .* expired at /,
      );
    });
  });

  function expectNoKey(text: string): void {
    for (const { key } of [server, client, old]) {
      const [, secret = ''] = key.split('\n');
      expect(text).to.not.contain(secret.slice(0, 24));
    }
  }
});
