import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminReply, AdminWorld } from '../../support/admin/admin-world.ts';
import { onEachAdminStore } from '../../support/admin/each-admin-store.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
subject_names: clear
`;
const CHARACTERS_MAX = 256;

/** Each of these names is a subject of its own, although some of them look alike. */
const NAMES: readonly (readonly [what: string, name: string])[] = [
  ['ASCII', 'ada@example.com'],
  ['another case', 'Ada@example.com'],
  ['a blank at the end', 'ada@example.com '],
  ['an umlaut in one piece', 'j\u00f6rg'],
  ['an umlaut in two pieces', 'jo\u0308rg'],
  ['full width', '\uff41\uff44\uff41'],
  ['Greek', 'Ἑλένη'],
  ['Cyrillic that looks like Latin', '\u0430d\u0430@example.com'],
  ['Hebrew', 'דוד בן־גוריון'],
  ['Arabic, with Latin in it', 'فاطمة (QA) ١٢٣'],
  ['an override of the direction', 'ada\u202emoc.elpmaxe@'],
  ['a mark of the direction', '\u200fada@example.com'],
  ['Devanagari', 'आदित्य'],
  ['Chinese', '李小龍'],
  ['beyond the basic plane', '𠮷野家'],
  ['an emoji of several', '👩‍👩‍👧‍👦'],
  ['the same without its joiners', '👩👩👧👦'],
  ['a no-break space', '\u00a0'],
  ['a byte order mark', '\ufeffada@example.com'],
  ['separators of our own', '{"a":"b"}\\,;=\'"&?#%2F../'],
  ['words of a prototype', '__proto__'],
  ['another of them', 'constructor'],
  ['a wild card', '*'],
  ['percent escapes', '%61da@example.com'],
  ['a number', '42'],
  ['a number in another spelling', '42.0'],
  ['the largest size', 'ä'.repeat(CHARACTERS_MAX)],
];

const REFUSED: readonly (readonly [what: string, name: string, status: number])[] = [
  ['nothing', '', 400],
  ['a NUL', 'ada\0', 400],
  ['a line break', 'ada\nrole: operator', 400],
  ['a tab', 'ada\tb', 400],
  ['DEL', 'ada\x7f', 400],
  ['a control character of C1', 'ada\u0085', 400],
  ['an escape sequence', '\u001b[31mada', 400],
  ['one character too many', 'x'.repeat(CHARACTERS_MAX + 1), 400],
  ['60 KB', 'ж'.repeat(30_000), 400],
  ['64 KB', 'x'.repeat(64 * 1024), 413],
];

onEachAdminStore('subjects of administration in any script', function (storeFlags) {
  this.timeout(60_000);
  let world: AdminWorld;

  before(async () => {
    world = await startAdminWorld({ policies: POLICIES, ...(await storeFlags()) });
  });
  after(() => world.close());

  const credentials = new Map<string, string>();
  const show = (subject: string) =>
    world.get(`/v1/subjects?subject=${encodeURIComponent(subject)}`);
  const list = (subject: string) =>
    world.get(`/v1/sessions?subject=${encodeURIComponent(subject)}`);

  it('registers a session for each', async () => {
    for (const [what, subject] of NAMES) {
      const credential = randomBytes(16).toString('hex');
      credentials.set(subject, credential);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status, json } = await world.post(
        '/v1/sessions',
        { source: 'web', credential, subject },
        'login',
      );
      expect([status, json['subject']], what).to.deep.equal([201, subject]);
    }
  });

  for (const [what, subject] of NAMES) {
    it(`lists, locks and unlocks only that subject with ${what}`, async () => {
      const sessions = (await list(subject)).json['sessions'] as { subject: string }[];
      expect(sessions.map((session) => session.subject)).to.deep.equal([subject]);
      expect((await show(subject)).json['sessions']).to.equal(1);
      const credential = credentials.get(subject) ?? '';
      expect(await world.visit(credential)).to.equal('ok');

      const locked = await world.post('/v1/subjects/lock', { subject });
      expect([locked.status, locked.json['ended']], locked.body).to.deep.equal([200, 1]);
      expect(await world.visit(credential)).to.equal('subject_locked');
      expect(isLocked(await show(subject))).to.equal(true);
      const others = NAMES.filter(([, other]) => other !== subject);
      const states = await Promise.all(others.map(([, other]) => show(other)));
      expect(states.filter(isLocked)).to.deep.equal([]);

      expect((await world.post('/v1/subjects/unlock', { subject })).status).to.equal(200);
      expect(isLocked(await show(subject))).to.equal(false);
      expect(await world.visit(credential), 'what has ended stays ended').to.equal(
        'subject_locked',
      );
      const again = { source: 'web', credential: randomBytes(16).toString('hex'), subject };
      expect((await world.post('/v1/sessions', again, 'login')).status).to.equal(201);
      credentials.set(subject, again.credential);
    });
  }

  it('has ended no session of another subject meanwhile', async () => {
    const reasons = await Promise.all(
      NAMES.map(([, subject]) => world.visit(credentials.get(subject) ?? '')),
    );
    expect(new Set(reasons)).to.deep.equal(new Set(['ok']));
  });

  for (const [what, subject, status] of REFUSED) {
    it(`refuses ${what} in every call, and repeats nothing of it`, async () => {
      const registration = { source: 'web', credential: 'x', subject };
      const answers = [
        await world.post('/v1/sessions', registration, 'login'),
        await world.post('/v1/subjects/lock', { subject }),
        await world.post('/v1/subjects/unlock', { subject }),
        await world.post('/v1/sessions/end', { subject }),
      ];
      for (const answer of answers) {
        expect(answer.status, answer.body).to.equal(status);
        if (subject.length > 3) expect(answer.body).to.not.contain(subject.slice(0, 3));
      }
      // A target of that length is not an HTTP request here any more.
      if (subject.length > 1_000) return;
      expect([(await show(subject)).status, (await list(subject)).status]).to.deep.equal([
        400, 400,
      ]);
    });
  }

  it('refuses what is not text in a query', async () => {
    for (const query of ['subject=%ff', 'subject=%c3', 'subject=%ed%a0%80', 'subject=%zz']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await world.get(`/v1/subjects?${query}`)).status, query).to.equal(400);
    }
    expect((await world.get('/v1/subjects?subject=a&subject=b')).status).to.equal(400);
    // UTF-8 without escapes, as a careless client sends it.
    const raw = Buffer.from('/v1/subjects?subject=j\u00f6rg').toString('latin1');
    expect((await world.get(raw)).status).to.equal(400);
  });

  it('never writes a name to the log', async () => {
    await world.get('/v1/subjects?subject=%00');
    await eventually('the last line', () => world.calls().at(-1)?.['status'] === 400);
    const log = world.curfew.log();
    for (const [, subject] of NAMES.filter(([, name]) => name.length > 4)) {
      expect(log).to.not.contain(JSON.stringify(subject).slice(1, -1));
    }
    expect(log).to.not.match(/"level":"(error|fatal)"/);
  });
});

function isLocked({ json }: AdminReply): boolean {
  return (json['subject'] as { readonly locked: boolean }).locked;
}
