import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import {
  startAdministeredCurfew,
  type AdministeredCurfew,
} from '../../support/admin/administered-curfew.ts';

const POLICY = `version: 1
sources: [{ name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }]
policies: [{ name: default, idle: 1h, absolute: 12h }]
`;

// A person at a terminal. What the terminal shows is what the person sees.
describe('the commands in a terminal', function () {
  this.timeout(60_000);
  let curfew: AdministeredCurfew;
  const credential = randomBytes(16).toString('hex');

  before(async () => {
    curfew = await startAdministeredCurfew({ policy: POLICY });
    for (const one of [credential, randomBytes(16).toString('hex')]) {
      // oxlint-disable-next-line no-await-in-loop -- two
      await curfew.register({ source: 'web', credential: one, subject: 'ann' });
    }
  });
  after(() => curfew?.stop());

  it('ask for a credential, and do not show it', async () => {
    const typings = [{ when: /it is not shown/, text: `${credential}\r` }];
    const { code, stdout } = await curfew.inTerminal(
      ['sessions', 'find', '--source', 'web'],
      typings,
    );
    expect(stdout).to.match(/^state +live$/m);
    expect(stdout).to.not.contain(credential);
    expect(code).to.equal(0);
  });

  for (const [what, typed] of [
    ['something else', 'y\r'],
    ['nothing', '\r'],
    ['the end of the input', '\u0004'],
  ] as const) {
    it(`end nothing if the person types ${what}`, async () => {
      const typings = [{ when: /Type yes to confirm: /, text: typed }];
      const { code, stdout } = await curfew.inTerminal(
        ['sessions', 'end', '--subject', 'ann'],
        typings,
      );
      expect(stdout).to.match(/This would end 2 sessions\.\nType yes to confirm: /);
      expect(stdout).to.match(/curfew: nothing was ended\n$/);
      expect(code).to.equal(1);
      expect(await curfew.reasonOf(`sid=${credential}`)).to.equal('ok');
    });
  }

  it('end what was shown once the person has typed yes', async () => {
    const typings = [{ when: /Type yes to confirm: /, text: 'yes\r' }];
    const { code, stdout } = await curfew.inTerminal(
      ['sessions', 'end', '--subject', 'ann'],
      typings,
    );
    expect(stdout).to.match(/^ended +2 sessions$/m);
    expect(code).to.equal(0);
    expect(await curfew.reasonOf(`sid=${credential}`)).to.equal('revoked');
  });
});
