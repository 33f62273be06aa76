import { expect } from 'chai';
import { tokenSession } from '../../../src/identity/token-session.ts';
import type { TokenReading } from '../../../src/identity/token-session.ts';
import type { JwtPlace } from '../../../src/session/source.ts';
import { jwtPlace } from './request.ts';

const NOW_S = 1_700_000_000;
const CLAIMS = { iss: 'https://idp.example.com', aud: 'api', sid: 's1', iat: NOW_S - 60 };

interface Changes {
  readonly place?: Partial<JwtPlace>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly nowMs?: number;
}

function read({ place = {}, claims = {}, token, nowMs = NOW_S * 1000 }: Changes = {}) {
  const reading: TokenReading = {
    place: jwtPlace(place),
    claims: { ...CLAIMS, ...claims },
    token,
    nowMs,
    hash: (text) => `hash of ${text}`,
  };
  return tokenSession(reading);
}

function credential(changes: Changes): string | undefined {
  const session = read(changes);
  return session.kind === 'found' ? session.credential : undefined;
}

describe('tokenSession: what names the session', () => {
  it('is the issuer and the session claim', () => {
    expect(read()).to.deep.equal({
      kind: 'found',
      credential: '["https://idp.example.com","claim","s1"]',
      startedAtMs: (NOW_S - 60) * 1000,
    });
  });

  it('is the same for a refreshed token', () => {
    const refreshed = { iat: NOW_S, exp: NOW_S + 300, jti: 'other' };
    expect(credential({ claims: refreshed })).to.equal(credential({}));
  });

  it('is the login too with per_login', () => {
    const place = { perLogin: true };
    const first = credential({ place, claims: { auth_time: NOW_S - 100 } });
    expect(first).to.equal('["https://idp.example.com","claim","s1",1699999900]');
    expect(credential({ place, claims: { auth_time: NOW_S - 99 } })).not.to.equal(first);
    expect(credential({ place, claims: { auth_time: NOW_S - 100, iat: NOW_S } })).to.equal(first);
  });

  it('is the token id where that is configured', () => {
    const place = { session: { kind: 'jti' } } as const;
    expect(credential({ place, claims: { jti: 'j1' } })).to.contain('"j1"');
    expect(read({ place })).to.deep.equal({ kind: 'invalid' });
  });

  it('is a hash of the token without its signature where that is configured', () => {
    const place = { session: { kind: 'hash' } } as const;
    const name = credential({ place, token: 'h.p.signature' });
    expect(name).to.contain('"hash of h.p"');
    expect(credential({ place, token: 'h.p.other' })).to.equal(name);
    expect(credential({ place, token: 'h.q.signature' })).not.to.equal(name);
    expect(read({ place })).to.deep.equal({ kind: 'invalid' });
  });

  it('keeps apart what looks alike', () => {
    const names = [
      credential({ claims: { sid: '1' } }),
      credential({ claims: { sid: 1 } }),
      credential({ claims: { sid: '1,2' } }),
      credential({ claims: { sid: '1","2' } }),
      credential({ claims: { sid: 1, auth_time: 2 }, place: { perLogin: true } }),
      credential({ place: { session: { kind: 'jti' } }, claims: { jti: '1' } }),
      credential({ place: { issuer: 'b' }, claims: { iss: 'b', sid: '1' } }),
    ];
    expect(names).not.to.include(undefined);
    expect(new Set(names).size).to.equal(names.length);
  });

  const table: readonly (readonly [what: string, sid: unknown, found: boolean])[] = [
    ['text', 's', true],
    ['text of 1 024 characters', 's'.repeat(1_024), true],
    ['longer text', 's'.repeat(1_025), false],
    ['empty text', '', false],
    ['an integer', 7, true],
    ['zero', 0, true],
    ['a fraction', 1.5, false],
    ['a number beyond 2^53', 2 ** 53, false],
    ['not a number', NaN, false],
    ['nothing', undefined, false],
    ['null', null, false],
    ['a truth value', true, false],
    ['a list', ['s'], false],
    ['an object', { s: 1 }, false],
  ];
  for (const [what, sid, found] of table) {
    it(`${found ? 'may' : 'must not'} be ${what}`, () => {
      expect(read({ claims: { sid } }).kind).to.equal(found ? 'found' : 'invalid');
    });
  }

  it('is no property that every object has', () => {
    const place = { session: { kind: 'claim', claim: 'constructor' } } as const;
    expect(read({ place }).kind).to.equal('invalid');
  });
});

describe('tokenSession: who it is from and for', () => {
  const table: readonly (readonly [
    what: string,
    claims: Record<string, unknown>,
    found: boolean,
  ])[] = [
    ['another issuer', { iss: 'https://idp.example.com/' }, false],
    ['no issuer', { iss: undefined }, false],
    ['a list of issuers', { iss: ['https://idp.example.com'] }, false],
    ['another audience', { aud: 'shop' }, false],
    ['no audience', { aud: undefined }, false],
    ['several audiences', { aud: ['shop', 'api'] }, true],
    ['several others', { aud: ['shop', 'api2'] }, false],
    ['nested audiences', { aud: [['api']] }, false],
  ];
  for (const [what, claims, found] of table) {
    it(`${found ? 'takes' : 'refuses'} ${what}`, () => {
      expect(read({ claims }).kind).to.equal(found ? 'found' : 'invalid');
    });
  }

  it('takes any audience where the source has none', () => {
    expect(read({ place: { audiences: [] }, claims: { aud: undefined } }).kind).to.equal('found');
  });

  it('refuses a bearer token that is bound to a DPoP key', () => {
    const claims = { cnf: { jkt: 'thumbprint' } };
    expect(read({ claims }).kind).to.equal('invalid');
    expect(read({ claims, place: { in: { kind: 'header', name: 'x-jwt' } } }).kind).to.equal(
      'found',
    );
    expect(read({ claims: { cnf: { 'x5t#S256': 'certificate' } } }).kind).to.equal('found');
  });
});

describe('tokenSession: times', () => {
  const table: readonly (readonly [
    what: string,
    claims: Record<string, unknown>,
    leewayMs: number,
    found: boolean,
  ])[] = [
    ['is in force before exp', { exp: NOW_S + 1 }, 0, true],
    ['is over at exp itself', { exp: NOW_S }, 0, false],
    ['is in force within the leeway', { exp: NOW_S - 29 }, 30_000, true],
    ['is over at the end of the leeway', { exp: NOW_S - 30 }, 30_000, false],
    ['has 60 s of leeway at most', { exp: NOW_S - 60 }, 3_600_000, false],
    ['is in force at nbf itself', { nbf: NOW_S }, 0, true],
    ['is not in force before nbf', { nbf: NOW_S + 1 }, 0, false],
    ['is in force before nbf within the leeway', { nbf: NOW_S + 30 }, 30_000, true],
    ['may have a fraction in exp', { exp: NOW_S + 0.5 }, 0, true],
    ['must have a number in exp', { exp: `${NOW_S + 60}` }, 0, false],
    ['must have a finite number in exp', { exp: Infinity }, 0, false],
    ['must have a number in nbf', { nbf: null }, 0, false],
  ];
  for (const [what, claims, leewayMs, found] of table) {
    it(what, () => {
      expect(read({ claims, place: { leewayMs } }).kind).to.equal(found ? 'found' : 'invalid');
    });
  }

  it('begins at auth_time, else at iat, else when it is first seen', () => {
    expect(read({ claims: { auth_time: NOW_S - 900 } })).to.include({
      startedAtMs: (NOW_S - 900) * 1000,
    });
    expect(read({ claims: { iat: NOW_S - 60 } })).to.include({ startedAtMs: (NOW_S - 60) * 1000 });
    expect(read({ claims: { iat: undefined } })).to.include({ startedAtMs: undefined });
  });

  it('may begin 60 s in the future and no later', () => {
    for (const claim of ['auth_time', 'iat']) {
      expect(read({ claims: { [claim]: NOW_S + 60 } }).kind, claim).to.equal('found');
      expect(read({ claims: { [claim]: NOW_S + 61 } }).kind, claim).to.equal('invalid');
    }
  });

  it('needs auth_time with per_login', () => {
    expect(read({ place: { perLogin: true } }).kind).to.equal('invalid');
  });

  it('takes a login time with a fraction, and counts whole milliseconds', () => {
    expect(read({ claims: { iat: 1_700_000_000.1239 } })).to.include({
      startedAtMs: 1_700_000_000_123,
    });
  });

  for (const value of [-1, NaN, Infinity, 2 ** 53, '1700000000', null, [], {}]) {
    it(`refuses a login time of ${JSON.stringify(value)} (${typeof value})`, () => {
      expect(read({ claims: { auth_time: value } }).kind).to.equal('invalid');
      expect(read({ claims: { iat: value } }).kind).to.equal('invalid');
    });
  }
});
