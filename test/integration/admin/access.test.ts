import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import type { Certificate } from '../../support/certificates/certificate-authority.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { mountVolume } from '../../support/files/mounted-volume.ts';
import type { MountedVolume } from '../../support/files/mounted-volume.ts';
import { newTokens, startAdminWorld, tokenLines } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { eventually } from '../../support/time/eventually.ts';
import { jwksServer } from '../../support/tokens/jwks-server.ts';
import type { JwksServer } from '../../support/tokens/jwks-server.ts';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('who may administer', function () {
  this.timeout(60_000);

  describe('by a token of the file', () => {
    let world: AdminWorld;
    before(async () => {
      world = await startAdminWorld({ policies: POLICIES });
    });
    after(() => world.close());

    const statusWith = async (...lines: readonly string[]): Promise<number> => {
      const headers = lines.map((line) => ['authorization', line] as const);
      return (await httpCall(world.adminPort, '/v1/policies', { headers })).status;
    };

    it('answers, and names the caller in the log', async () => {
      expect((await world.post('/v1/policies', {}, 'olga')).status).to.equal(405);
      await eventually('the line of the call', () => world.calls().length > 0);
      expect(world.calls().at(-1)).to.include({ actor: 'olga', actor_by: 'token', status: 405 });
    });

    it('refuses every other spelling, with a challenge', async () => {
      const { vera, olga } = world.tokens;
      expect(await statusWith(`Bearer ${vera}`)).to.equal(200);
      expect(await statusWith(`bearer ${vera}`)).to.equal(200);
      const wrong = [
        '',
        'Bearer',
        'Bearer ',
        vera,
        `Basic ${vera}`,
        `Bearer ${vera.slice(0, 31)}`,
        `Bearer ${vera.slice(1)}`,
        `Bearer ${vera}0`,
        `Bearer ${vera.toUpperCase()}`,
        `Bearer ${randomBytes(32).toString('hex')}`,
        `Bearer ${'a'.repeat(20_000)}`,
        `Bearer  ${vera}`,
        `Bearer ${vera} ${olga}`,
        `Bearer ${vera},Bearer ${vera}`,
      ];
      for (const line of wrong) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await statusWith(line), line.slice(0, 80)).to.equal(401);
      }
      expect(await statusWith(`Bearer ${vera}`, `Bearer ${vera}`)).to.equal(401);
      expect(await statusWith()).to.equal(401);
      const { headers, body } = await httpCall(world.adminPort, '/v1/policies');
      expect(headers['www-authenticate']).to.equal('Bearer realm="curfew administration"');
      expect(headers['content-type']).to.equal('application/problem+json');
      expect(JSON.parse(body)).to.include({ code: 'unauthenticated', status: 401 });
    });

    it('says nothing else to a stranger, whatever is asked', async () => {
      for (const path of ['/', '/openapi.json', '/v1/status', '/metrics', '/v1/sessions/x']) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await httpCall(world.adminPort, path)).status).to.equal(401);
      }
    });

    it('follows the file: a token that leaves it is refused, a new one is accepted', async () => {
      const before = world.tokens;
      const after = { ...newTokens(), vera: before.vera };
      await world.writeTokens(tokenLines(after));
      await eventually(
        'the new token',
        async () => (await statusWith(`Bearer ${after.olga}`)) === 200,
      );
      expect(await statusWith(`Bearer ${before.olga}`)).to.equal(401);
      expect(await statusWith(`Bearer ${before.vera}`)).to.equal(200);
      await world.writeTokens('olga operator short\n');
      await eventually('the rejection', () => world.curfew.log().includes('admin_tokens_rejected'));
      expect(await statusWith(`Bearer ${after.olga}`)).to.equal(200);
      await world.writeTokens(tokenLines(before));
      await eventually(
        'the old token',
        async () => (await statusWith(`Bearer ${before.olga}`)) === 200,
      );
    });

    it('warns of an issuer of a source that the policy file does not have', async () => {
      const next = newTokens();
      await world.writeTokens(`${tokenLines(world.tokens)}shop issuer:web+wbe ${next.login}\n`);
      await eventually('the warning', () => world.curfew.log().includes('admin_tokens_warned'));
      expect(world.curfew.log()).to.contain(
        'shop is bound to the source wbe, which the policy file does not have',
      );
      expect(world.curfew.log()).to.not.contain('to the source web');
    });

    it('never writes a token, or what was shown as one, to the log', () => {
      const log = world.curfew.log();
      for (const token of Object.values(world.tokens))
        expect(log).to.not.contain(token.slice(0, 12));
      expect(log).to.not.contain('aaaaaaaaaaaa');
    });
  });

  describe('by a token of the SSO', () => {
    let world: AdminWorld;
    let jwks: JwksServer;
    let sign: (
      claims: Record<string, unknown>,
      header?: Record<string, unknown>,
    ) => Promise<string>;
    const issuer = 'https://idp.example';

    before(async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
      jwks = await jwksServer(JSON.stringify({ keys: [key] }));
      const nowS = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, aud: 'curfew', sub: '42', exp: nowS + 300, iat: nowS };
      sign = (claims, header = {}) =>
        new SignJWT({ ...usual, ...claims })
          .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
          .sign(privateKey);
      world = await startAdminWorld({
        policies: POLICIES,
        flags: [
          `--admin-jwt-issuer=${issuer}`,
          '--admin-jwt-audience=curfew',
          `--admin-jwt-keys=${jwks.uri}`,
          '--admin-jwt-role-claim=realm_access.roles',
        ],
      });
    });
    after(async () => {
      await world.close();
      await jwks.close();
    });

    const ask = async (token: string) =>
      httpCall(world.adminPort, '/v1/policies', {
        headers: [['authorization', `Bearer ${token}`]],
      });
    const roles = (...names: string[]) => ({ realm_access: { roles: names } });

    it('answers a person, and names them in the log', async () => {
      const token = await sign({ ...roles('staff', 'viewer'), preferred_username: 'ada' });
      expect((await ask(token)).status).to.equal(200);
      expect((await world.post('/v1/policies', {}, 'olga')).status).to.equal(405);
      const posted = await httpCall(world.adminPort, '/v1/policies', {
        method: 'POST',
        headers: [['authorization', `Bearer ${token}`]],
      });
      expect(posted.status).to.equal(405);
      await eventually('the line', () => world.calls().some(({ actor }) => actor === 'ada (42)'));
      expect(world.curfew.log()).to.not.contain(token.slice(0, 20));
    });

    it('answers 403 where the role is not enough, or there is none', async () => {
      expect((await ask(await sign(roles('issuer')))).status).to.equal(403);
      expect((await ask(await sign(roles('staff')))).status).to.equal(403);
      expect((await ask(await sign({}))).status).to.equal(403);
    });

    const nowS = (): number => Math.floor(Date.now() / 1000);
    const invalid: readonly (readonly [string, () => Promise<string>])[] = [
      ['has expired', () => sign({ ...roles('viewer'), exp: nowS() - 1 })],
      ['never expires', () => sign({ ...roles('viewer'), exp: undefined })],
      ['is not valid yet', () => sign({ ...roles('viewer'), nbf: nowS() + 60 })],
      ['has another issuer', () => sign({ ...roles('viewer'), iss: 'https://other' })],
      ['has another audience', () => sign({ ...roles('viewer'), aud: 'shop' })],
      ['is a logout token', () => sign({ ...roles('viewer'), events: {} })],
      ['is bound to a key', () => sign({ ...roles('viewer'), cnf: { jkt: 'x' } })],
      ['has another type', () => sign(roles('viewer'), { typ: 'dpop+jwt' })],
      ['names an unknown key', () => sign(roles('viewer'), { kid: 'two' })],
      ['is signed by nobody', async () => (await sign(roles('viewer'))).replace(/[^.]+$/, '')],
      [
        'is signed with another key',
        async () => {
          const { privateKey } = await generateKeyPair('ES256');
          return new SignJWT({
            iss: issuer,
            aud: 'curfew',
            sub: '1',
            exp: nowS() + 60,
            ...roles('viewer'),
          })
            .setProtectedHeader({ alg: 'ES256', kid: 'one' })
            .sign(privateKey);
        },
      ],
      [
        'is signed with the public key as a secret',
        async () => {
          const { keys } = JSON.parse(String(jwks.answer)) as { keys: { x: string }[] };
          return new SignJWT({
            iss: issuer,
            aud: 'curfew',
            sub: '1',
            exp: nowS() + 60,
            ...roles('viewer'),
          })
            .setProtectedHeader({ alg: 'HS256', kid: 'one' })
            .sign(Buffer.from(keys[0]?.x.padEnd(48, 'x') ?? ''));
        },
      ],
    ];
    for (const [what, make] of invalid) {
      it(`answers 401 to a token that ${what.replace('nobody', 'no key')}`, async () => {
        const { status, body } = await ask(await make());
        // An unknown key may be a new one that cannot be fetched again now.
        expect([401, ...(what.includes('unknown key') ? [503] : [])]).to.include(status);
        expect(body).to.not.contain('eyJ');
      });
    }
  });

  describe('by a certificate', () => {
    let world: AdminWorld;
    let secret: MountedVolume;
    const authority = createAuthority('admins');
    const other = createAuthority('others');
    const server = authority.issue();
    const operator = authority.issue({ commonName: 'ops-console' });
    const stranger = authority.issue({ commonName: 'ops-console2' });
    const foreign = other.issue({ commonName: 'ops-console' });
    const filesOf = (own: Certificate, ca: string) => ({
      'tls.crt': own.cert,
      'tls.key': own.key,
      'ca.crt': ca,
    });

    before(async () => {
      secret = await mountVolume(filesOf(server, authority.cert + other.cert), 0o600);
      world = await startAdminWorld({
        policies: POLICIES,
        flags: [
          `--admin-tls-cert-file=${secret.path('tls.crt')}`,
          `--admin-tls-key-file=${secret.path('tls.key')}`,
          `--admin-client-ca-file=${secret.path('ca.crt')}`,
          '--admin-role=ops-console=operator',
          '--admin-role=other=issuer:web',
          '--admin-role=shop=issuer:wbe',
        ],
      });
    });
    after(async () => {
      await world.close();
      await secret.remove();
    });

    const ask = (own?: Certificate, headers: Record<string, string> = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const call = httpsRequest(
          {
            host: '127.0.0.1',
            port: world.adminPort,
            path: '/v1/policies',
            agent: false,
            ca: authority.cert,
            headers,
            ...(own && { cert: own.cert, key: own.key }),
          },
          (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode ?? 0));
          },
        );
        call.on('error', reject);
        call.end();
      });

    it('warns of a role for a source that the policy file does not have', () => {
      const warnings = world.curfew.log().match(/.*admin_roles_warned.*/g);
      expect(warnings).to.have.length(1);
      expect(warnings?.[0]).to.contain('shop is bound to the source wbe, which the policy file');
    });

    it('answers the name that has a role', async () => {
      expect(await ask(operator)).to.equal(200);
    });

    it('refuses another name, and no certificate', async () => {
      expect(await ask(stranger)).to.equal(401);
      expect(await ask()).to.equal(401);
    });

    it('refuses the right name from an authority that is not trusted', async () => {
      const unknown = createAuthority('unknown').issue({ commonName: 'ops-console' });
      expect(await ask(unknown)).to.equal(401);
    });

    it('answers a token without a certificate, and refuses a wrong token with one', async () => {
      const { vera } = world.tokens;
      expect(await ask(undefined, { authorization: `Bearer ${vera}` })).to.equal(200);
      expect(await ask(operator, { authorization: `Bearer ${vera.slice(1)}` })).to.equal(401);
    });

    it('speaks no HTTP in plain text, and no older TLS', async () => {
      const plain = httpCall(world.adminPort, '/v1/policies');
      expect(
        await plain.then(
          () => 'answered',
          () => 'cut',
        ),
      ).to.equal('cut');
      const old = connectTls({
        port: world.adminPort,
        host: '127.0.0.1',
        maxVersion: 'TLSv1.1',
        rejectUnauthorized: false,
      });
      const [error] = (await once(old, 'error')) as [Error];
      expect(error).to.be.instanceOf(Error);
      old.destroy();
    });

    it('shows a new certificate after a swap, and distrusts an authority that is removed, also on open connections', async () => {
      const open = connectTls({
        port: world.adminPort,
        host: '127.0.0.1',
        ca: authority.cert,
        cert: foreign.cert,
        key: foreign.key,
      });
      await once(open, 'secureConnect');
      const onOpen = async (): Promise<string> => {
        open.write('GET /v1/policies HTTP/1.1\r\nhost: a\r\n\r\n');
        const [data] = (await once(open, 'data')) as [Buffer];
        return data.toString('latin1').split('\r\n')[0] ?? '';
      };
      expect(await onOpen()).to.equal('HTTP/1.1 200 OK');
      const next = authority.issue();
      const closed = once(open, 'close');
      await secret.swap(filesOf(next, authority.cert));
      await eventually('the new certificate', async () => {
        const socket = connectTls({ port: world.adminPort, host: '127.0.0.1', ca: authority.cert });
        await once(socket, 'secureConnect');
        const { raw } = socket.getPeerCertificate();
        socket.destroy();
        return raw.toString('base64') === next.cert.replace(/-----[^-]+-----|\n/g, '');
      });
      await closed;
      expect(await ask(foreign)).to.equal(401);
      expect(await ask(operator)).to.equal(200);
      expect(world.curfew.log()).to.contain('"event":"tls_connections_renewed","port":"admin"');
    });
  });
});
