import { expect } from 'chai';
import { assertReason } from '../../../src/admin/ends/assert-reason.ts';
import { reason } from '../../../src/admin/wire/request-schema.ts';

const CREDENTIAL = '4f1c9d1e-Ab.c/d';

describe('the reason of a call, which is logged,', () => {
  describe('may not contain the credential that is sent with it', () => {
    const table: readonly (readonly [string, string])[] = [
      ['as it is', CREDENTIAL],
      ['within a word', `sid=${CREDENTIAL};`],
      ['with a character escaped', CREDENTIAL.replace('.', '%2e')],
      ['with all of it escaped', CREDENTIAL.replaceAll(/./g, (each) => `%${hexOf(each)}`)],
      ['in another case', CREDENTIAL.toUpperCase()],
    ];
    for (const [how, text] of table) {
      it(how, () => {
        expect(() => assertReason(`ticket 4711: ${text}`, CREDENTIAL)).to.throw(
          /^body key reason: contains the credential$/,
        );
      });
    }

    it('that was sent with an escape', () => {
      const escaped = CREDENTIAL.replace('4', '%34');
      expect(() => assertReason(`ticket: ${CREDENTIAL}`, escaped)).to.throw(/the credential/);
    });
  });

  it('may say anything else, also with escapes that are none', () => {
    for (const text of [undefined, 'ticket 4711', '100 %, 5%zz', '4f1c9d1e-Ab']) {
      expect(() => assertReason(text, CREDENTIAL)).to.not.throw();
    }
  });

  it('may not contain a JWT, of whichever session', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiJhYmMifQ.c2lnbmF0dXJl';
    for (const text of [token, `saw "${token}" twice`, token.slice(0, 40)]) {
      expect(reason.safeParse(text).error?.issues[0]?.message, text).to.equal('contains a token');
    }
    for (const text of ['ticket 4711', 'eyJ', 'file.eyJ.txt', 'see https://a.example/x.y.z']) {
      expect(reason.safeParse(text).success, text).to.equal(true);
    }
  });
});

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16);
}
