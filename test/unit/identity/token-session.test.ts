import { expect } from 'chai';
import { tokenSession } from '../../../src/identity/claims/token-session.ts';
import type { TokenReading } from '../../../src/identity/claims/token-session.ts';
import type { JwtPlace } from '../../../src/terms/credential-place.ts';
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

/** The cause of an invalid token, else `found`. */
function causeOf(changes: Changes): string {
  const session = read(changes);
  return session.kind === 'invalid' ? session.cause : session.kind;
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
      subject: { kind: 'absent' },
    });
  });

  it('comes with the subject of the token, where the source names a claim for it', () => {
    const session = read({ place: { subjectClaim: 'sub' }, claims: { sub: 'alice' } });
    expect(session).to.have.deep.property('subject', { kind: 'named', name: 'alice' });
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
    expect(causeOf({ place })).to.equal('no_session_claim');
  });

  it('is a hash of the token without its signature where that is configured', () => {
    const place = { session: { kind: 'hash' } } as const;
    const name = credential({ place, token: 'h.p.signature' });
    expect(name).to.contain('"hash of h.p"');
    expect(credential({ place, token: 'h.p.other' })).to.equal(name);
    expect(credential({ place, token: 'h.q.signature' })).not.to.equal(name);
    expect(causeOf({ place })).to.equal('no_session_claim');
  });

  it('distinguishes names that look alike', () => {
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
      expect(causeOf({ claims: { sid } })).to.equal(found ? 'found' : 'no_session_claim');
    });
  }

  it('is found by its exact name first, and else at a path', () => {
    const at = (claim: string) => ({ session: { kind: 'claim', claim } }) as const;
    const nested = { ext: { sid: 'deep', more: { sid: 'deeper' } } };
    const named = (claim: string, claims: Record<string, unknown>) =>
      credential({ place: at(claim), claims });
    expect(named('ext.sid', nested)).to.contain('"deep"');
    expect(named('ext.more.sid', nested)).to.contain('"deeper"');
    expect(named('ext.sid', { ...nested, 'ext.sid': 'exact' })).to.contain('"exact"');
    const url = 'https://example.com/sid';
    expect(named(url, { [url]: 'exact' })).to.contain('"exact"');
    expect(named(url, { 'https://example': { 'com/sid': 'deep' } })).to.contain('"deep"');
  });

  const paths: readonly (readonly [what: string, claims: Record<string, unknown>])[] = [
    ['a claim of the exact name that is no name', { 'ext.sid': {}, ext: { sid: 'deep' } }],
    ['a list on the way', { ext: [{ sid: 'deep' }] }],
    ['text on the way', { ext: 'sid' }],
    ['null on the way', { ext: null }],
    ['a path that ends early', { ext: {} }],
    ['an object at the end', { ext: { sid: { sid: 'deep' } } }],
  ];
  for (const [what, claims] of paths) {
    it(`is not found at a path with ${what}`, () => {
      const place = { session: { kind: 'claim', claim: 'ext.sid' } } as const;
      expect(causeOf({ place, claims })).to.equal('no_session_claim');
    });
  }

  it('is not looked for in what every object has', () => {
    for (const claim of ['ext.constructor.name', 'ext.__proto__.sid', 'constructor.name']) {
      const place = { session: { kind: 'claim', claim } } as const;
      expect(causeOf({ place, claims: { ext: {} } }), claim).to.equal('no_session_claim');
    }
  });

  it('is not a property that every object has', () => {
    const place = { session: { kind: 'claim', claim: 'constructor' } } as const;
    expect(read({ place }).kind).to.equal('invalid');
  });
});

describe('tokenSession: issuer and audience', () => {
  const table: readonly (readonly [
    what: string,
    claims: Record<string, unknown>,
    answer: string,
  ])[] = [
    ['another issuer', { iss: 'https://idp.example.com/' }, 'issuer'],
    ['no issuer', { iss: undefined }, 'issuer'],
    ['a list of issuers', { iss: ['https://idp.example.com'] }, 'issuer'],
    ['another audience', { aud: 'shop' }, 'audience'],
    ['no audience', { aud: undefined }, 'audience'],
    ['several audiences', { aud: ['shop', 'api'] }, 'found'],
    ['several others', { aud: ['shop', 'api2'] }, 'audience'],
    ['nested audiences', { aud: [['api']] }, 'audience'],
  ];
  for (const [what, claims, answer] of table) {
    it(`${answer === 'found' ? 'takes' : 'refuses'} ${what}`, () => {
      expect(causeOf({ claims })).to.equal(answer);
    });
  }

  it('accepts any audience when the source has none', () => {
    expect(read({ place: { audiences: [] }, claims: { aud: undefined } }).kind).to.equal('found');
  });

  it('refuses a bearer token that is bound to a DPoP key', () => {
    const claims = { cnf: { jkt: 'thumbprint' } };
    expect(causeOf({ claims })).to.equal('other_scheme');
    expect(causeOf({ claims, place: { in: { kind: 'header', name: 'x-jwt' } } })).to.equal('found');
    expect(causeOf({ claims: { cnf: { 'x5t#S256': 'certificate' } } })).to.equal('found');
  });

  it('refuses a security event, also one that Envoy has verified', () => {
    expect(causeOf({ claims: { events: {} } })).to.equal('type');
  });
});

describe('tokenSession: times', () => {
  const table: readonly (readonly [
    what: string,
    claims: Record<string, unknown>,
    leewayMs: number,
    answer: string,
  ])[] = [
    ['is valid before exp', { exp: NOW_S + 1 }, 0, 'found'],
    ['is over at exp itself', { exp: NOW_S }, 0, 'expired'],
    ['is valid within the leeway', { exp: NOW_S - 29 }, 30_000, 'found'],
    ['is over at the end of the leeway', { exp: NOW_S - 30 }, 30_000, 'expired'],
    ['has 60 s of leeway at most', { exp: NOW_S - 60 }, 3_600_000, 'expired'],
    ['is valid at nbf itself', { nbf: NOW_S }, 0, 'found'],
    ['is not valid before nbf', { nbf: NOW_S + 1 }, 0, 'not_yet'],
    ['is valid before nbf within the leeway', { nbf: NOW_S + 30 }, 30_000, 'found'],
    ['may have a fraction in exp', { exp: NOW_S + 0.5 }, 0, 'found'],
    ['must have a number in exp', { exp: `${NOW_S + 60}` }, 0, 'expired'],
    ['must have a finite number in exp', { exp: Infinity }, 0, 'expired'],
    ['must have a number in nbf', { nbf: null }, 0, 'not_yet'],
  ];
  for (const [what, claims, leewayMs, answer] of table) {
    it(what, () => {
      expect(causeOf({ claims, place: { leewayMs } })).to.equal(answer);
    });
  }

  it('starts at auth_time, else at iat, else when it is first seen', () => {
    expect(read({ claims: { auth_time: NOW_S - 900 } })).to.include({
      startedAtMs: (NOW_S - 900) * 1000,
    });
    expect(read({ claims: { iat: NOW_S - 60 } })).to.include({ startedAtMs: (NOW_S - 60) * 1000 });
    expect(read({ claims: { iat: undefined } })).to.include({ startedAtMs: undefined });
  });

  it('may start 60 s in the future and no later', () => {
    for (const claim of ['auth_time', 'iat']) {
      expect(causeOf({ claims: { [claim]: NOW_S + 60 } }), claim).to.equal('found');
      expect(causeOf({ claims: { [claim]: NOW_S + 61 } }), claim).to.equal('not_yet');
    }
  });

  it('needs auth_time with per_login', () => {
    expect(causeOf({ place: { perLogin: true } })).to.equal('no_auth_time');
    expect(causeOf({ place: { perLogin: true }, claims: { auth_time: NOW_S } })).to.equal('found');
  });

  it('accepts a login time with a fraction, and counts whole milliseconds', () => {
    expect(read({ claims: { iat: 1_700_000_000.1239 } })).to.include({
      startedAtMs: 1_700_000_000_123,
    });
  });

  for (const value of [-1, NaN, Infinity, 2 ** 53, '1700000000', null, [], {}]) {
    it(`refuses a login time of ${JSON.stringify(value)} (${typeof value})`, () => {
      expect(causeOf({ claims: { auth_time: value } })).to.equal('no_auth_time');
      expect(causeOf({ claims: { iat: value } })).to.equal('not_yet');
    });
  }
});
