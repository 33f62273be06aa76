import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { inWords } from './answer.ts';
import type { LoginCookie, SameLogin } from './login-cookies.ts';
import { LOGIN_COOKIES } from './login-cookies.ts';
import { request, sourceAt } from './request.ts';

function read({ name, place, settings }: LoginCookie, same: SameLogin): string {
  const { path = '/', cookie } = typeof same === 'string' ? { cookie: same } : same;
  const facts = request(cookie === undefined ? [] : [['cookie', cookie]], { path });
  return inWords(identify([sourceAt(cookiePlace(name, place), settings)], facts));
}

describe('the cookies that real logins write', () => {
  for (const row of LOGIN_COOKIES) {
    const { login, name, sent, credential, same } = row;

    it(`of ${login} are found`, () => {
      expect(read(row, `${name}=${sent}`)).to.equal(`found ${credential}`);
      expect(read(row, `theme=dark; ${name}=${sent}; $Path=/; lang="en"`)).to.equal(
        `found ${credential}`,
      );
    });

    for (const spelling of same) {
      it(`of ${login} have no second name: ${JSON.stringify(spelling)}`, () => {
        const answer = read(row, spelling);
        const isSafe =
          answer === `found ${credential}` ||
          answer === 'ambiguous' ||
          answer.startsWith('malformed ') ||
          // Each of several values is looked up, and the ended one is removed.
          (answer.startsWith('several ') && answer.split(' ').includes(credential));
        expect(isSafe, answer).to.equal(true);
      });
    }
  }
});
