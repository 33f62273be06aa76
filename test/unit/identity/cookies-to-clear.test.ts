import { expect } from 'chai';
import { cookiesToClear } from '../../../src/identity/cookies-to-clear.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { withCookies } from './request.ts';

const PLACE = cookiePlace('sid', {
  clearWith: ['sid.sig', 'remember-me'],
  otherCookies: new Set(['Sid']),
});

describe('cookiesToClear', () => {
  it('is the cookie and its companions, also where the request has none of them', () => {
    const names = ['sid', 'sid.sig', 'remember-me'];
    expect(cookiesToClear(PLACE, withCookies())).to.deep.equal(names);
    expect(cookiesToClear(PLACE, withCookies('a=1; sid=abc'))).to.deep.equal(names);
  });

  it('is also the pieces and the names in another case that the request has', () => {
    const facts = withCookies('a=1; sid.0=x; SID=y; sid-1=z', 'Sid=other; REMEMBER-ME=r; sid.0=x');
    expect(cookiesToClear(PLACE, facts)).to.deep.equal([
      'sid',
      'sid.sig',
      'remember-me',
      'sid.0',
      'SID',
      'sid-1',
      'REMEMBER-ME',
    ]);
  });

  it('is nothing that could not be the name of a cookie', () => {
    const facts = withCookies('sid 0=x; sid[1=y; sid\x012=z; sid.3=w');
    expect(cookiesToClear(cookiePlace('sid'), facts)).to.deep.equal(['sid', 'sid.3']);
  });

  it('is 32 names of the request at most', () => {
    const pieces = Array.from({ length: 40 }, (_, n) => `sid.${n}=x`).join('; ');
    expect(cookiesToClear(cookiePlace('sid'), withCookies(pieces))).to.have.length(33);
  });

  it('is not searched for in cookies that are too long', () => {
    const facts = withCookies('sid.0=x', `a=${'x'.repeat(65_536)}`);
    expect(cookiesToClear(cookiePlace('sid'), facts)).to.deep.equal(['sid']);
  });

  it('leaves pieces and other names alone where the source says so', () => {
    const place = cookiePlace('sid', { nameCase: 'exact', pieces: 'ignore' });
    expect(cookiesToClear(place, withCookies('SID=x; sid.0=y'))).to.deep.equal(['sid']);
  });
});
