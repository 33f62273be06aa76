import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminReply, AdminWorld } from '../../support/admin/admin-world.ts';
import { onEachAdminStore } from '../../support/admin/each-admin-store.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: shop, cookie: shop, opening: registered, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h, max_staleness: 0s }
`;

const fresh = (): string => randomBytes(16).toString('hex');

onEachAdminStore('subjects by administration', function (storeFlags) {
  this.timeout(60_000);
  let world: AdminWorld;

  before(async () => {
    world = await startAdminWorld({ policies: POLICIES, ...(await storeFlags()) });
  });
  after(() => world.close());

  /** Logs a subject in; returns the handle of the session and its cookie. */
  const logIn = async (subject: string, more: object = {}) => {
    const credential = fresh();
    const body = { source: 'web', credential, subject, ...more };
    const { status, json } = await world.post('/v1/sessions', body, 'login');
    expect(status).to.equal(201);
    return { handle: String(json['session']), cookie: credential };
  };
  const sessionsIn = ({ json }: AdminReply): readonly Readonly<Record<string, unknown>>[] =>
    json['sessions'] as readonly Readonly<Record<string, unknown>>[];
  const list = (query: Record<string, string>) =>
    world.get(`/v1/sessions?${new URLSearchParams(query).toString()}`);
  const show = async (subject: string) =>
    (await world.get(`/v1/subjects?${new URLSearchParams({ subject }).toString()}`)).json;
  const end = (body: object) => world.post('/v1/sessions/end', body);

  describe('listing', () => {
    const subject = `ada-${fresh()}`;
    let handles: string[];

    before(async () => {
      handles = [];
      for (let i = 0; i < 7; i += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        handles.unshift((await logIn(subject)).handle);
      }
    });

    it('has the newest first, page by page, each session once', async () => {
      const all: unknown[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const query = { subject, limit: '3', ...(cursor === undefined ? {} : { cursor }) };
        // oxlint-disable-next-line no-await-in-loop
        const page = await list(query);
        expect(page.status).to.equal(200);
        expect(sessionsIn(page).length).to.be.at.most(3);
        all.push(...sessionsIn(page).map(({ session }) => session));
        cursor = page.json['cursor'] as string | undefined;
        pages += 1;
      } while (cursor !== undefined);
      expect(new Set(all)).to.deep.equal(new Set(handles));
      expect(all).to.have.lengthOf(handles.length);
      expect(all[0]).to.equal(handles[0]);
      expect(all.at(-1)).to.equal(handles.at(-1));
      expect(pages).to.be.within(3, 4);
    });

    it('shows what holds for the subject before its sessions', async () => {
      const { json } = await list({ subject, limit: '1' });
      expect(json['subject']).to.include({ locked: false, ending: false });
    });

    it('has the live sessions of a source, in pages', async () => {
      const seen = new Set<unknown>();
      let cursor: string | undefined;
      do {
        const query = { source: 'web', limit: '4', ...(cursor === undefined ? {} : { cursor }) };
        // oxlint-disable-next-line no-await-in-loop
        const page = await list(query);
        expect(page.status).to.equal(200);
        for (const item of sessionsIn(page)) {
          expect(item).to.include({ source: 'web', state: 'live' });
          seen.add(item['session']);
        }
        cursor = page.json['cursor'] as string | undefined;
      } while (cursor !== undefined);
      for (const handle of handles) expect(seen.has(handle)).to.equal(true);
    });

    it('needs one of subject and source, and a limit from 1 to 200', async () => {
      const wrong: Record<string, string>[] = [
        {},
        { subject, source: 'web' },
        { subject, limit: '0' },
        { subject, limit: '201' },
        { subject, limit: '-1' },
        { subject, limit: '1e2' },
        { subject, limit: ' 5' },
        { subject, page: '2' },
        { subject: '' },
        { source: '' },
      ];
      for (const query of wrong) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await list(query)).status, JSON.stringify(query)).to.equal(400);
      }
      expect((await list({ source: 'nope' })).json).to.include({ code: 'unknown_source' });
      expect((await world.get('/v1/sessions?subject=a&subject=b')).status).to.equal(400);
      expect((await list({ subject, limit: '200' })).status).to.equal(200);
    });
  });

  describe('ending', () => {
    it('needs a dry run for more than one session, and ends what was open then', async () => {
      const subject = `grace-${fresh()}`;
      const [one, two] = [await logIn(subject), await logIn(subject)];
      const refused = await end({ subject });
      expect(refused.json).to.include({ status: 409, code: 'preview_required', count: 2 });
      const dry = await end({ subject, dry_run: true });
      expect(dry.json).to.include({ count: 2 });
      const until = Date.parse(String(dry.json['preview_until']));
      expect(until - Date.now()).to.be.within(590_000, 600_500);
      expect(await world.visit(one.cookie)).to.equal('ok');
      const later = await logIn(subject);
      const { status, json } = await end({ subject, confirm: dry.json['preview'] });
      expect(status).to.equal(200);
      expect(json).to.include({ ended: 2, opened_since: 1, durable: false, enforced_within: '0s' });
      expect(await world.visit(one.cookie)).to.equal('revoked');
      expect(await world.visit(two.cookie)).to.equal('revoked');
      expect(await world.visit(later.cookie)).to.equal('ok');
      const again = await end({ subject, confirm: dry.json['preview'] });
      expect(again.json).to.include({ ended: 0, opened_since: 1 });
    });

    it('says when the last stream will have been cut', async () => {
      const subject = `tim-${fresh()}`;
      await logIn(subject);
      const { json } = await end({ subject });
      const byMs = Date.parse(String(json['streams_end_by']));
      // The idle timeout of the only policy.
      expect(byMs - Date.now()).to.be.within(3_595_000, 3_600_500);
    });

    it('leaves the excepted session, and refuses one that is not its own', async () => {
      const subject = `alan-${fresh()}`;
      const [mine, other] = [await logIn(subject), await logIn(subject)];
      const foreign = await logIn(`eve-${fresh()}`);
      const wrong = await end({ subject, except: foreign.handle, dry_run: true });
      expect(wrong.json).to.include({ status: 404, code: 'unknown_session' });
      const { json } = await end({ subject, except: mine.handle });
      expect(json).to.include({ ended: 1 });
      expect(await world.visit(mine.cookie)).to.equal('ok');
      expect(await world.visit(other.cookie)).to.equal('revoked');
      const dead = await end({ subject, except: other.handle });
      expect(dead.json).to.include({ code: 'unknown_session' });
    });

    it('has nothing to end of a subject without sessions', async () => {
      const { status, json } = await end({ subject: `none-${fresh()}` });
      expect(status).to.equal(200);
      expect(json).to.include({ ended: 0 });
    });
  });

  describe('locking', () => {
    it('ends the sessions, shows the lock, and lets none open until it is lifted', async () => {
      const subject = `leo-${fresh()}`;
      const one = await logIn(subject);
      const { status, json } = await world.post('/v1/subjects/lock', {
        subject,
        for: '2h',
        reason: 'left the company',
      });
      expect(status).to.equal(200);
      expect(json).to.include({ ended: 1 });
      const state = json['subject'] as Readonly<Record<string, string & boolean>>;
      expect(state).to.deep.include({ locked: true, lock_reason: 'left the company' });
      const lasts = Date.parse(state['locked_until'] ?? '') - Date.parse(state['locked_at'] ?? '');
      expect(lasts).to.equal(2 * 3_600_000);
      expect(await world.visit(one.cookie)).to.equal('subject_locked');
      const cookie = fresh();
      const login = { source: 'web', credential: cookie, subject };
      const refused = await world.post('/v1/sessions', login, 'login');
      expect(refused.json).to.include({
        status: 409,
        code: 'subject_locked',
        locked_until: state['locked_until'],
      });
      // Not even without its subject, as a first use.
      expect(await world.visit(cookie)).to.equal('subject_locked');
      expect((await show(subject))['subject']).to.deep.equal(state);
      await world.post('/v1/subjects/unlock', { subject, reason: 'came back' });
      const again = await logIn(subject);
      expect(await world.visit(again.cookie)).to.equal('ok');
      expect(await world.visit(one.cookie)).to.equal('subject_locked'); // ended is for ever
      await eventually('the line', () =>
        world.calls().some((line) => line['reason'] === 'came back'),
      );
      const lines = world.calls().filter((line) => line['subject'] === state['subject_tag']);
      expect(lines.map((line) => line['call'])).to.include.members([
        'lock_subject',
        'unlock_subject',
      ]);
      expect(world.curfew.log()).to.not.contain(subject);
    });

    it('lasts until it is lifted where no time is given', async () => {
      const subject = `ann-${fresh()}`;
      const { json } = await world.post('/v1/subjects/lock', { subject });
      expect(json['subject']).to.not.have.property('locked_until');
      expect(json['subject']).to.include({ locked: true });
    });

    it('refuses a login that is older than an end of the subject, also on its first use', async () => {
      const subject = `old-${fresh()}`;
      await end({ subject });
      const cookie = fresh();
      const started_at = new Date(Date.now() - 60_000).toISOString();
      const body = { source: 'web', credential: cookie, subject, started_at };
      const { json } = await world.post('/v1/sessions', body, 'login');
      expect(json).to.include({ status: 409, code: 'session_ended', ended_by: 'revoked' });
      expect(await world.visit(cookie)).to.equal('revoked');
      expect((await logIn(subject)).handle).to.have.lengthOf(43);
    });

    const wrong: readonly (readonly [string, object])[] = [
      ['no subject', {}],
      ['a duration of nothing', { subject: 'a', for: '0s' }],
      ['a duration without a unit', { subject: 'a', for: '5' }],
      ['more than ten years', { subject: 'a', for: '4000d' }],
      ['a number', { subject: 'a', for: 5 }],
      ['a reason that is too long', { subject: 'a', reason: 'x'.repeat(201) }],
      ['a reason with a line break', { subject: 'a', reason: 'a\nb' }],
      ['a key that it does not take', { subject: 'a', until: '2026-01-01T00:00:00Z' }],
    ];
    for (const [what, body] of wrong) {
      it(`refuses ${what}`, async () => {
        expect((await world.post('/v1/subjects/lock', body)).status).to.equal(400);
      });
    }
  });
});
