import { expect } from 'chai';
import { clearedCookie } from '../../../../src/verdict/denial/cleared-cookie.ts';
import { cookiePlace } from '../../../support/requests/cookie-place.ts';

const GONE = 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT';

describe('clearedCookie', () => {
  const cases: readonly [
    name: string,
    path: string,
    domain: string | undefined,
    scheme: string,
    value: string,
  ][] = [
    ['sid', '/', undefined, 'https', `sid=; Path=/; ${GONE}; Secure; HttpOnly; SameSite=Lax`],
    ['sid', '/app', undefined, 'https', `sid=; Path=/app; ${GONE}; Secure; HttpOnly; SameSite=Lax`],
    [
      'sid',
      '/',
      'example.com',
      'https',
      `sid=; Path=/; Domain=example.com; ${GONE}; Secure; HttpOnly; SameSite=Lax`,
    ],
    [
      '__Host-sid',
      '/',
      undefined,
      'https',
      `__Host-sid=; Path=/; ${GONE}; Secure; HttpOnly; SameSite=Lax`,
    ],
    [
      '__Host-sid',
      '/app',
      'example.com',
      'https',
      `__Host-sid=; Path=/; ${GONE}; Secure; HttpOnly; SameSite=Lax`,
    ],
    [
      '__host-sid',
      '/',
      'example.com',
      'http',
      `__host-sid=; Path=/; ${GONE}; Secure; HttpOnly; SameSite=Lax`,
    ],
    [
      '__Secure-sid',
      '/a',
      'example.com',
      'http',
      `__Secure-sid=; Path=/a; Domain=example.com; ${GONE}; Secure; HttpOnly; SameSite=Lax`,
    ],
    ['sid', '/', undefined, 'http', `sid=; Path=/; ${GONE}; HttpOnly; SameSite=Lax`],
    ['sid', '/', undefined, '', `sid=; Path=/; ${GONE}; Secure; HttpOnly; SameSite=Lax`],
  ];

  for (const [name, path, domain, scheme, value] of cases) {
    it(`clears ${name} of ${domain ?? 'the host'}${path} over ${scheme === '' ? 'an unnamed scheme' : scheme}`, () => {
      expect(clearedCookie(cookiePlace(name, { path, domain }), scheme)).to.equal(value);
    });
  }

  const attributes: readonly [
    changes: Parameters<typeof cookiePlace>[1],
    scheme: string,
    end: string,
  ][] = [
    [{ sameSite: 'strict' }, 'https', 'Secure; HttpOnly; SameSite=Strict'],
    [{ sameSite: 'strict' }, 'http', 'HttpOnly; SameSite=Strict'],
    [{ sameSite: 'none' }, 'https', 'Secure; HttpOnly; SameSite=None'],
    [{ sameSite: 'none' }, 'http', 'Secure; HttpOnly; SameSite=None'],
    [{ partitioned: true }, 'https', 'Secure; HttpOnly; SameSite=Lax; Partitioned'],
    [
      { sameSite: 'none', partitioned: true },
      'http',
      'Secure; HttpOnly; SameSite=None; Partitioned',
    ],
  ];
  for (const [changes, scheme, end] of attributes) {
    it(`clears a cookie of ${JSON.stringify(changes)} over ${scheme} as it was set`, () => {
      const value = clearedCookie(cookiePlace('sid', changes), scheme);
      expect(value).to.equal(`sid=; Path=/; ${GONE}; ${end}`);
    });
  }
});
