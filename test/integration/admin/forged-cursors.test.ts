import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminReply, AdminWorld } from '../../support/admin/admin-world.ts';
import { onEachAdminStore } from '../../support/admin/each-admin-store.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: app, cookie: app, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const SEALED = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/;

/** Texts that no server has made; and made ones, changed. */
const FORGERIES: readonly (readonly [what: string, of: (real: string) => string])[] = [
  ['nothing', () => ''],
  ['a word', () => 'next'],
  ['a number', () => '50'],
  ['only the content', (real) => partsOf(real)[0]],
  ['only the signature', (real) => `.${partsOf(real)[1]}`],
  ['content without a signature', (real) => `${partsOf(real)[0]}.`],
  ['a signature of zeros', (real) => `${partsOf(real)[0]}.${'A'.repeat(43)}`],
  ['another content', (real) => `${contentOf({ position: {} })}.${partsOf(real)[1]}`],
  ['a content that is not JSON', (real) => `bm90IEpTT04.${partsOf(real)[1]}`],
  ['a content with __proto__', (real) => `${proto()}.${partsOf(real)[1]}`],
  ['another first character', (real) => changed(real, 0)],
  ['another last character', (real) => changed(real, real.length - 2)],
  ['the last character in another spelling', respelt],
  ['one character less', (real) => real.slice(0, -1)],
  ['one character more', (real) => `${real}A`],
  ['padding', (real) => `${real}=`],
  ['it twice', (real) => `${real}.${real}`],
  ['a line break', (real) => `${real}\n`],
  ['the largest size', () => `${'A'.repeat(4_096)}.${'A'.repeat(43)}`],
];

onEachAdminStore('forged cursors and previews', function (storeFlags) {
  this.timeout(60_000);
  let world: AdminWorld;
  const ada = 'ada';
  const bob = 'bob';

  before(async () => {
    world = await startAdminWorld({ policies: POLICIES, ...(await storeFlags()) });
    for (const subject of [ada, ada, ada, bob, bob, bob]) {
      for (const source of ['web', 'app']) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { status } = await world.post(
          '/v1/sessions',
          { source, credential: randomBytes(16).toString('hex'), subject },
          'login',
        );
        expect(status).to.equal(201);
      }
    }
  });
  after(() => world.close());

  const page = (query: string, cursor?: string): Promise<AdminReply> =>
    world.get(
      `/v1/sessions?${query}&limit=2${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
  const cursorOf = async (query: string): Promise<string> => {
    const { json } = await page(query);
    expect(json['cursor']).to.match(SEALED);
    return String(json['cursor']);
  };
  const isRefused = ({ status, json, body }: AdminReply, code: string, forged: string) => {
    expect([status, json['code']], body).to.deep.equal([400, code]);
    if (forged.length > 3) expect(body).to.not.contain(forged);
  };

  const LISTS = [`subject=${ada}`, 'source=web'];
  for (const list of LISTS) {
    it(`follows the cursor of ${list} to the end`, async () => {
      const first = await page(list);
      const next = await page(list, String(first.json['cursor']));
      expect(next.status, next.body).to.equal(200);
      const handles = [first, next].flatMap(({ json }) =>
        (json['sessions'] as { session: string }[]).map(({ session }) => session),
      );
      expect(new Set(handles)).to.have.property('size', handles.length);
    });

    for (const [what, of] of FORGERIES) {
      it(`refuses ${what} as the cursor of ${list}`, async () => {
        const forged = of(await cursorOf(list));
        const code = forged.length > 4_200 ? 'invalid_request' : 'invalid_cursor';
        isRefused(await page(list, forged), code, forged);
      });
    }
  }

  it('refuses the cursor of another list', async () => {
    const lists = [`subject=${ada}`, `subject=${bob}`, 'source=web', 'source=app'];
    const cursors = await Promise.all(lists.map(cursorOf));
    for (const [at, cursor] of cursors.entries()) {
      for (const list of lists.filter((_, other) => other !== at)) {
        // oxlint-disable-next-line no-await-in-loop -- a dozen
        isRefused(await page(list, cursor), 'invalid_cursor', cursor);
      }
    }
  });

  const previewOf = async (selection: object): Promise<string> => {
    const answer = await world.post('/v1/sessions/end', { ...selection, dry_run: true });
    expect(answer.status, answer.body).to.equal(200);
    expect(answer.json['preview']).to.match(SEALED);
    return String(answer.json['preview']);
  };
  const countOf = async (subject: string): Promise<unknown> =>
    (await world.get(`/v1/subjects?subject=${subject}`)).json['sessions'];

  for (const [what, of] of FORGERIES) {
    it(`refuses ${what} as a preview, and ends nothing`, async () => {
      const confirm = of(await previewOf({ subject: ada }));
      const answer = await world.post('/v1/sessions/end', { subject: ada, confirm });
      const code = confirm.length > 4_200 ? 'invalid_request' : 'invalid_preview';
      isRefused(answer, code, confirm);
      expect(await countOf(ada)).to.equal(6);
    });
  }

  it('refuses the preview of another selection, a cursor, and a preview as a cursor', async () => {
    const ofAda = await previewOf({ subject: ada });
    const [kept] = (await page(`subject=${ada}`)).json['sessions'] as { session: string }[];
    const except = kept?.session ?? '';
    const others = [
      { subject: bob, confirm: ofAda },
      { subject: ada, except, confirm: ofAda },
      { subject: ada, confirm: await previewOf({ subject: ada, except }) },
      { subject: ada, confirm: await cursorOf(`subject=${ada}`) },
    ];
    for (const body of others) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      isRefused(await world.post('/v1/sessions/end', body), 'invalid_preview', body.confirm);
    }
    isRefused(await page(`subject=${ada}`, ofAda), 'invalid_cursor', ofAda);
    expect([await countOf(ada), await countOf(bob)]).to.deep.equal([6, 6]);
  });

  it('takes a real preview', async () => {
    const confirm = await previewOf({ subject: ada });
    const answer = await world.post('/v1/sessions/end', { subject: ada, confirm });
    expect([answer.status, answer.json['ended']], answer.body).to.deep.equal([200, 6]);
    expect([await countOf(ada), await countOf(bob)]).to.deep.equal([0, 6]);
  });

  for (const limit of ['0', '-1', '201', '1e2', '1.5', '00', '0x10', '', '9'.repeat(400), '٣']) {
    it(`refuses the limit ${limit.slice(0, 20)}`, async () => {
      const answer = await world.get(`/v1/sessions?source=web&limit=${encodeURIComponent(limit)}`);
      isRefused(answer, 'invalid_request', limit);
    });
  }
});

function partsOf(real: string): readonly [string, string] {
  const [content = '', signature = ''] = real.split('.');
  return [content, signature];
}

function contentOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function proto(): string {
  return Buffer.from('{"__proto__":{"position":{}}}').toString('base64url');
}

/** The text with another character at this place. */
function changed(real: string, at: number): string {
  const other = real.charAt(at) === 'A' ? 'B' : 'A';
  return real.slice(0, at) + other + real.slice(at + 1);
}

/** The last character of a signature has two bits that mean nothing. */
function respelt(real: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = alphabet.charAt(alphabet.indexOf(real.slice(-1)) ^ 1);
  const text = real.slice(0, -1) + other;
  const bytesOf = (sealed: string) => Buffer.from(partsOf(sealed)[1], 'base64url');
  expect(bytesOf(text).equals(bytesOf(real))).to.equal(true);
  return text;
}
