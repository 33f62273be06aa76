import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { onEachAdminStore } from '../../support/admin/each-admin-store.ts';
import { eventually } from '../../support/time/eventually.ts';
import { tokenIssuer } from '../../support/tokens/signed-tokens.ts';
import type { TokenIssuer } from '../../support/tokens/signed-tokens.ts';

const HANDLE = /^[A-Za-z0-9_-]{43}$/;
const ISSUER = 'https://idp.example';

const policies = (folder: string): string => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: shop, cookie: shop, opening: registered, credential_lifetime: 30d, format: hex }
  - name: api
    jwt: { issuer: "${ISSUER}", audience: api, jwks_file: ${join(folder, 'jwks.json')}, per_login: false, subject_claim: sub }
    opening: registered
    credential_lifetime: 30d
policies:
  - { name: strict, match: [{ path: /strict/** }], idle: 5m, absolute: 8h, on_expiry: end, max_staleness: 0s }
  - { name: watched, match: [{ path: /watched/** }], idle: 10m, absolute: 9h, mode: observe, max_staleness: 0s }
  - { name: default, idle: 1h, absolute: 12h, max_staleness: 0s }
`;

const fresh = (): string => randomBytes(16).toString('hex');

onEachAdminStore('sessions by administration', function (storeFlags) {
  this.timeout(60_000);
  let world: AdminWorld;
  let folder: string;
  let issuer: TokenIssuer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-admin-'));
    issuer = await tokenIssuer();
    await issuer.writeKeys(join(folder, 'jwks.json'));
    world = await startAdminWorld({ policies: policies(folder), ...(await storeFlags()) });
  });
  after(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  const register = (body: object) => world.post('/v1/sessions', body, 'login');
  const tagOf = async (subject: string): Promise<unknown> => {
    const { json } = await world.get(`/v1/subjects?subject=${encodeURIComponent(subject)}`);
    return (json['subject'] as { readonly subject_tag: string }).subject_tag;
  };
  const find = (source: string, credential: string) =>
    world.post('/v1/sessions/find', { source, credential }, 'vera');

  describe('registering', () => {
    it('opens a session whose credential was unknown, and says its deadlines', async () => {
      const credential = fresh();
      const startedAt = new Date(Date.now() - 3_600_000).toISOString();
      const { status, json } = await register({
        source: 'shop',
        credential,
        started_at: startedAt,
      });
      expect(status).to.equal(201);
      expect(json['session']).to.match(HANDLE);
      expect(json).to.deep.include({ source: 'shop', state: 'live', started_at: startedAt });
      const deadlines = json['policies'] as Record<string, string>[];
      expect(deadlines.map(({ policy, mode }) => [policy, mode])).to.deep.equal([
        ['strict', 'enforce'],
        ['watched', 'observe'],
        ['default', 'enforce'],
      ]);
      const startedMs = Date.parse(startedAt);
      expect(Date.parse(deadlines[0]?.['absolute_deadline_at'] ?? '') - startedMs).to.equal(
        8 * 3_600_000,
      );
      const active = Date.parse(String(json['last_activity_at']));
      expect(Date.parse(deadlines[2]?.['idle_deadline_at'] ?? '') - active).to.equal(3_600_000);
    });

    it('may be repeated, is the same session in another spelling, and moves nothing', async () => {
      const credential = fresh();
      const first = await register({ source: 'shop', credential });
      const again = await register({ source: 'shop', credential: credential.toUpperCase() });
      expect([first.status, again.status]).to.deep.equal([201, 200]);
      expect(again.json).to.deep.equal(first.json);
    });

    it('is refused after an end, with the reason', async () => {
      const credential = fresh();
      const { json } = await register({ source: 'shop', credential });
      await world.post('/v1/sessions/end', { source: 'shop', credential }, 'login');
      const again = await register({ source: 'shop', credential });
      expect(again.status).to.equal(409);
      expect(again.json).to.include({
        code: 'session_ended',
        ended_by: 'signed_out',
        session: json['session'],
      });
    });

    it('takes limits of its own, which only tighten and hold for every policy', async () => {
      const credential = fresh();
      const limits = { idle: '15m', absolute: '30d' };
      const { json } = await register({ source: 'shop', credential, ...limits });
      expect(json['limits']).to.deep.equal(limits);
      const [strict, , loose] = json['policies'] as Record<string, string>[];
      const active = Date.parse(String(json['last_activity_at']));
      expect(Date.parse(strict?.['idle_deadline_at'] ?? '') - active).to.equal(5 * 60_000);
      expect(Date.parse(loose?.['idle_deadline_at'] ?? '') - active).to.equal(15 * 60_000);
      expect(Date.parse(loose?.['absolute_deadline_at'] ?? '') - active).to.equal(12 * 3_600_000);
      expect((await register({ source: 'shop', credential, idle: '20m' })).status).to.equal(200);
      const tighter = await register({ source: 'shop', credential, idle: '10m' });
      expect(tighter.json).to.include({ status: 409, code: 'limits_differ' });
    });

    it('ends at once a session whose own limit is over already', async () => {
      const started_at = new Date(Date.now() - 3_600_000).toISOString();
      const body = { source: 'shop', credential: fresh(), started_at, absolute: '30m' };
      const { json } = await register(body);
      expect(json).to.include({ status: 409, code: 'session_ended', ended_by: 'absolute' });
    });

    it('lets a first-use session be seen as it was opened by its first request', async () => {
      const credential = fresh();
      expect(await world.visit(credential)).to.equal('ok');
      const { status, json } = await register({
        source: 'web',
        credential,
        subject: `s${credential}`,
      });
      expect(status).to.equal(200);
      expect(json['subject_tag']).to.match(/^[A-Za-z0-9_-]{12}$/);
      const other = await register({ source: 'web', credential, subject: 'someone else' });
      expect(other.json).to.include({ status: 409, code: 'subject_differs' });
    });

    it('takes a valid token, by its session and its login', async () => {
      const nowS = Math.floor(Date.now() / 1000);
      const claims = {
        iss: ISSUER,
        aud: 'api',
        sid: fresh(),
        exp: nowS + 60,
        auth_time: nowS - 90,
      };
      const { status, json } = await register({
        source: 'api',
        credential: await issuer.sign(claims),
      });
      expect(status).to.equal(201);
      expect(json['started_at']).to.equal(new Date((nowS - 90) * 1000).toISOString());
      const refreshed = await issuer.sign({ ...claims, exp: nowS + 600, iat: nowS });
      expect((await register({ source: 'api', credential: refreshed })).json['session']).to.equal(
        json['session'],
      );
    });

    it('takes the subject of a token, and refuses another one beside it', async () => {
      const nowS = Math.floor(Date.now() / 1000);
      const subject = `sub ${fresh()}`;
      const claims = { iss: ISSUER, aud: 'api', sid: fresh(), sub: subject, iat: nowS };
      const credential = await issuer.sign({ ...claims, exp: nowS + 300 });
      const refused = await register({ source: 'api', credential, subject: 'another' });
      expect([refused.status, refused.json['code']]).to.deep.equal([400, 'invalid_request']);
      const { status, json } = await register({ source: 'api', credential });
      expect([status, json['subject_tag']]).to.deep.equal([201, await tagOf(subject)]);
      expect((await register({ source: 'api', credential, subject })).status).to.equal(200);
    });

    it('refuses a token that has expired, or is not of the issuer', async () => {
      const nowS = Math.floor(Date.now() / 1000);
      const claims = { iss: ISSUER, aud: 'api', sid: fresh() };
      const old = await issuer.sign({ ...claims, exp: nowS - 5 });
      expect((await register({ source: 'api', credential: old })).json).to.include({
        status: 400,
        code: 'invalid_token',
        cause: 'expired',
      });
      const forged = await (await tokenIssuer()).sign({ ...claims, exp: nowS + 60 });
      expect((await register({ source: 'api', credential: forged })).json).to.include({
        code: 'invalid_token',
        cause: 'signature',
      });
    });

    const refusals: readonly (readonly [string, object, string])[] = [
      ['a login in the future', { started_at: '2199-01-01T00:00:00Z' }, 'started_at'],
      ['a time that is not one', { started_at: 'yesterday' }, 'started_at'],
      ['a duration without a unit', { idle: '15' }, 'idle'],
      ['no time at all', { absolute: '0s' }, 'absolute'],
      ['an idle limit that is never reached', { idle: '2h', absolute: '1h' }, 'idle'],
      ['a subject with a line break', { subject: 'a\nb' }, 'subject'],
      ['an empty subject', { subject: '' }, 'subject'],
      ['a subject that is too long', { subject: 'x'.repeat(257) }, 'subject'],
    ];
    for (const [what, more, key] of refusals) {
      it(`refuses ${what}, and says where`, async () => {
        const { status, json } = await register({ source: 'shop', credential: fresh(), ...more });
        expect(status).to.equal(400);
        expect(json['detail']).to.contain(`key ${key}`);
      });
    }
  });

  describe('finding', () => {
    it('reads the credential as a request would', async () => {
      const credential = fresh();
      expect(await world.visit(credential)).to.equal('ok');
      const found = await find('web', credential);
      expect(found.status).to.equal(200);
      for (const spelling of [
        `"${credential}"`,
        `%${credential.charCodeAt(0).toString(16)}${credential.slice(1)}`,
      ]) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await find('web', spelling)).json).to.deep.equal(found.json);
      }
    });

    it('knows no session of an unknown one, and opens none', async () => {
      const credential = fresh();
      expect((await find('web', credential)).json).to.include({
        status: 404,
        code: 'unknown_session',
      });
      expect((await find('web', credential)).status).to.equal(404);
      expect((await find('nope', credential)).json).to.include({
        status: 404,
        code: 'unknown_source',
      });
    });

    it('finds the session of a token that has expired', async () => {
      const nowS = Math.floor(Date.now() / 1000);
      const claims = { iss: ISSUER, aud: 'api', sid: fresh() };
      const { json } = await register({
        source: 'api',
        credential: await issuer.sign({ ...claims, exp: nowS + 60 }),
      });
      const old = await issuer.sign({ ...claims, exp: nowS - 86_400 });
      expect((await find('api', old)).json['session']).to.equal(json['session']);
    });

    const malformed: readonly (readonly [string, string])[] = [
      ['with the name of the cookie', 'sid=abc'],
      ['with another value behind it', 'abc; sid=def'],
      ['with another cookie behind it', 'abc; other=def'],
      ['with a separator behind it', 'abc;'],
      ['with a comma', 'abc,def'],
      ['with a blank inside', 'abc def'],
      ['with a line break', 'abc\r\nx: y'],
      ['in another script', 'abcé'],
      ['with half an escape', 'abc%2'],
      ['of more than 4096 bytes', 'a'.repeat(4_097)],
      ['that is empty quotes', '""'],
    ];
    for (const [what, credential] of malformed) {
      it(`refuses a credential ${what}, without repeating it`, async () => {
        const { status, json, body } = await find('web', credential);
        expect(status).to.equal(400);
        expect(json['code']).to.equal('malformed_credential');
        expect(body).to.not.contain(credential);
      });
    }
  });

  describe('showing', () => {
    it('takes the handle, and the tag that logs have', async () => {
      const credential = fresh();
      await world.visit(credential);
      const { json } = await find('web', credential);
      const handle = String(json['session']);
      expect((await world.get(`/v1/sessions/${handle}`)).json).to.deep.equal(json);
      expect((await world.get(`/v1/sessions/${handle.slice(0, 12)}`)).json).to.deep.equal(json);
      await eventually('the line of the opening', () =>
        world.curfew.log().includes(`"session":"${handle.slice(0, 12)}"`),
      );
    });

    it('answers 404 for a handle or a tag that no session has', async () => {
      for (const name of [`${'A'.repeat(42)}A`, 'AAAAAAAAAAAA']) {
        // oxlint-disable-next-line no-await-in-loop
        const { json } = await world.get(`/v1/sessions/${name}`);
        expect(json).to.include({ status: 404, code: 'unknown_session' });
      }
    });

    it('refuses a credential that was pasted there, and neither repeats nor logs it', async () => {
      const pasted = [
        'canary-9f8e7d6c5b4a39281706f5e4d3c2b1a0',
        'canaryBcD_', // too short for a tag
        'eyJhbGciOiJFUzI1NiJ9.eyJjYW5hcnkiOjF9.canaryQ',
        `canary${'x'.repeat(36)}`, // one less than a handle
        `canary${'x'.repeat(36)}1`, // 43 characters, but not of 32 bytes
        `canary${'x'.repeat(36)}A`, // a handle by its form
        'canary%20%2F..%2f',
        '%zzcanary',
      ];
      for (const name of pasted) {
        for (const path of [`/v1/sessions/${name}`, `/v1/sessions/${name}/x`]) {
          // oxlint-disable-next-line no-await-in-loop
          const { status, body } = await world.get(path);
          expect([400, 404]).to.include(status);
          expect(body).to.not.contain('canary');
        }
        // oxlint-disable-next-line no-await-in-loop
        const ended = await world.post('/v1/sessions/end', { session: name });
        expect([400, 404]).to.include(ended.status);
        expect(ended.body).to.not.contain('canary');
      }
      await eventually('the lines', () => world.calls().length > 0);
      expect(world.curfew.log()).to.not.contain('canary');
    });
  });

  describe('ending', () => {
    it('ends one session by its handle: the next check is refused, and the answer says so', async () => {
      const credential = fresh();
      await world.visit(credential);
      const { json } = await find('web', credential);
      const ended = await world.post('/v1/sessions/end', {
        session: json['session'],
        reason: 'stolen laptop',
      });
      expect(ended.status).to.equal(200);
      expect(ended.json).to.include({ ended: 1, durable: false, enforced_within: '0s' });
      expect(ended.json).to.not.have.property('streams_end_by'); // "watched" cuts no streams
      expect(await world.visit(credential)).to.equal('revoked');
      const shown = (await world.get(`/v1/sessions/${String(json['session'])}`)).json;
      expect(shown).to.include({ state: 'ended', ended_by: 'revoked', source: 'web' });
      expect(shown['started_at']).to.equal(json['started_at']);
      expect(shown['ended_at']).to.equal(ended.json['ended_at']);
      await eventually('the line of the end', () =>
        world.calls().some((line) => line['reason'] === 'stolen laptop'),
      );
      const line = world.calls().find((one) => one['reason'] === 'stolen laptop');
      expect(line).to.include({
        call: 'end_sessions',
        actor: 'olga',
        role: 'operator',
        result: 'ok',
        ended: 1,
        session: String(json['session']).slice(0, 12),
      });
    });

    it('may be repeated, and says how it had ended before', async () => {
      const credential = fresh();
      await world.visit(credential);
      const body = { source: 'web', credential };
      const first = await world.post('/v1/sessions/end', body, 'login');
      const again = await world.post('/v1/sessions/end', body, 'olga');
      expect(first.json).to.include({ ended: 1 });
      expect(again.json).to.include({ ended: 0, ended_by: 'signed_out' });
      expect(again.json['ended_at']).to.equal(first.json['ended_at']);
      expect(await world.visit(credential)).to.equal('signed_out');
    });

    it('ends a credential that was never seen, so that it never opens', async () => {
      const credential = fresh();
      const { status, json } = await world.post('/v1/sessions/end', { source: 'web', credential });
      expect(status).to.equal(200);
      expect(json).to.include({ ended: 1, was_unknown: true });
      expect(await world.visit(credential)).to.equal('revoked');
      expect((await find('web', credential)).json).to.include({ state: 'ended' });
    });

    it('knows nothing to end of an unknown credential that must be registered', async () => {
      const body = { source: 'shop', credential: fresh() };
      expect((await world.post('/v1/sessions/end', body)).json).to.include({
        status: 404,
        code: 'unknown_session',
      });
    });

    it('counts in a dry run, and ends nothing', async () => {
      const credential = fresh();
      await world.visit(credential);
      const body = { source: 'web', credential, dry_run: true };
      expect((await world.post('/v1/sessions/end', body)).json).to.deep.equal({ count: 1 });
      expect(await world.visit(credential)).to.equal('ok');
      const unknown = { source: 'web', credential: fresh(), dry_run: true };
      expect((await world.post('/v1/sessions/end', unknown)).json).to.deep.equal({ count: 0 });
    });

    it('takes the reason for the client from the caller', async () => {
      const credential = fresh();
      await world.visit(credential);
      await world.post('/v1/sessions/end', { source: 'web', credential, by: 'signed_out' }, 'olga');
      expect(await world.visit(credential)).to.equal('signed_out');
    });

    it('refuses a reason that contains the credential', async () => {
      const credential = fresh();
      const reason = `end ${credential} please`;
      const escaped = `%${credential.charCodeAt(0).toString(16)}${credential.slice(1)}`;
      // In quotes, and with an escape, it is the same credential.
      const bodies = [
        { credential, reason },
        { credential: `"${credential}"`, reason },
        { credential: escaped, reason },
        { credential, reason: `end ${escaped}` },
        { credential, reason: reason.toUpperCase() },
      ];
      for (const body of bodies) {
        // oxlint-disable-next-line no-await-in-loop -- five
        const answer = await world.post('/v1/sessions/end', { source: 'web', ...body });
        expect(answer.status, JSON.stringify(body)).to.equal(400);
      }
      await eventually(
        'the lines',
        () => world.calls().filter(({ problem }) => problem === 'invalid_request').length >= 5,
      );
      expect(world.curfew.log()).to.not.contain(credential.slice(1));
      expect(world.curfew.log()).to.not.contain(credential.slice(1).toUpperCase());
      expect(world.curfew.log()).to.not.contain(credential);
    });

    it('refuses a reason that contains a token, of whichever session', async () => {
      const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiJhYmMifQ.c2lnbmF0dXJl';
      for (const path of ['/v1/subjects/lock', '/v1/subjects/unlock', '/v1/sessions/end']) {
        // oxlint-disable-next-line no-await-in-loop -- three
        const answer = await world.post(path, { subject: 'ada', reason: `saw ${token} twice` });
        expect(answer.json, path).to.include({ status: 400, code: 'invalid_request' });
      }
      expect(world.curfew.log()).to.not.contain('eyJzaWQi');
    });

    it('never writes a credential to the log', async () => {
      const credential = fresh();
      await world.visit(credential);
      await find('web', credential);
      await register({ source: 'web', credential });
      await world.post('/v1/sessions/end', { source: 'web', credential });
      await eventually('the lines', () => world.calls().length > 0);
      expect(world.curfew.log()).to.not.contain(credential);
    });
  });
});
