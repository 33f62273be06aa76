import { expect } from 'chai';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: public, match: [{ host: public.test }], session: off }
  - { name: guests, match: [{ host: guests.test }], session: optional, idle: 1h, absolute: 12h }
  - { name: default, idle: 1h, absolute: 12h }
`;

const EARLY_REMOVAL = /^ +early_header_mutation_extensions:\n(?: +.*\n)*?(?=\n)/m;

/** A less careful Envoy: headers in the joined form, nothing removed beforehand. */
function careless(config: string): string {
  const edited = config
    .replace('encode_raw_headers: true', 'encode_raw_headers: false')
    .replace(EARLY_REMOVAL, '');
  expect(edited).to.include('encode_raw_headers: false').and.not.include('session-lifetime');
  return edited;
}

// A value before a comma may continue after it: only separate lines show where it ends.
const forms = [
  ['one entry for each header line', undefined, { same: 'ok', different: 'ok' }],
  [
    'header lines joined by a comma',
    careless,
    { same: 'malformed_credential', different: 'ambiguous_credential' },
  ],
] as const;

for (const [form, editEnvoy, twoLines] of forms) {
  onEachTransport(`cookies and our own headers through Envoy, ${form}`, ({ kind: transport }) => {
    let edge: Edge;
    const a = newCredential();
    const b = newCredential();

    before(async function () {
      await envoyOrSkip(this);
      edge = await startEdge({ policy: POLICY, transport, ...(editEnvoy ? { editEnvoy } : {}) });
    });

    after(() => edge?.stop());

    const table = [
      { title: 'one line, one cookie', lines: [`sid=${a}`], reason: 'ok' },
      { title: 'two lines, the other one ours', lines: ['x=1', `sid=${a}`], reason: 'ok' },
      {
        title: 'two lines, the same value',
        lines: [`sid=${a}`, `sid=${a}`],
        reason: twoLines.same,
      },
      {
        title: 'two lines, two values',
        lines: [`sid=${a}`, `sid=${b}`],
        reason: twoLines.different,
      },
      {
        title: 'two lines, the second later in it',
        lines: [`sid=${a}`, `x=1; sid=${b}`],
        reason: twoLines.different,
      },
      {
        title: 'one line, two values',
        lines: [`sid=${a}; sid=${b}`],
        reason: 'ok',
      },
      {
        title: 'one line, two values and a comma',
        lines: [`sid=${a}, sid=${b}`],
        reason: 'ambiguous_credential',
      },
      { title: 'a comma within the value', lines: [`sid=${a},x`], reason: 'malformed_credential' },
      { title: 'a name that only ends like ours', lines: [`xsid=${a}`], reason: 'no_credential' },
      { title: 'an empty value', lines: ['sid='], reason: 'no_credential' },
    ];
    for (const [index, { title, lines, reason }] of table.entries()) {
      it(`${title}: ${reason}`, async () => {
        const path = `/cookies/${index}`;
        const headers = lines.map((line) => ['cookie', line] as const);
        await httpCall(edge.port, path, { host: 'app.test', headers });
        const { curfew } = await accessLogEntry(edge.envoy, path);
        expect(curfew).to.include({ reason });
      });
    }

    for (const host of ['app.test', 'guests.test', 'public.test']) {
      it(`lets no client send our headers to the application at ${host}`, async () => {
        const headers = [
          ['cookie', `sid=${newCredential()}`],
          ['session-lifetime', 'idle=999999, absolute=999999'],
          ['Session-Lifetime', 'idle=999998'],
          ['x-envoy-upstream-stream-duration-ms', '1'],
        ] as const;
        const answer = await httpCall(edge.port, '/api/echo', { host, headers });
        expect(answer.status).to.equal(200);
        expect(answer.body).not.to.include('99999');
        expect(answer.body).not.to.include('stream-duration');
      });
    }

    it('removes the credential from a request that passes without a session', async () => {
      const headers = [['cookie', `theme=dark; sid=${a}x%2520; lang=de`]] as const;
      const refused = await httpCall(edge.port, '/api/echo', { host: 'guests.test', headers });
      expect(refused.status).to.equal(401);

      const none = [['cookie', 'theme=dark; lang=de']] as const;
      const guest = await httpCall(edge.port, '/api/echo', { host: 'guests.test', headers: none });
      expect(guest.status).to.equal(200);
      expect(guest.body).to.include('["cookie","theme=dark; lang=de"]');
    });
  });
}
