import { expect } from 'chai';
import * as fc from 'fast-check';
import { claimFault } from '../../../src/identity/claims/claim-checks.ts';
import { keptClaims } from '../../../src/identity/claims/kept-claims.ts';
import { tokenSession } from '../../../src/identity/claims/token-session.ts';
import type { JwtPlace } from '../../../src/terms/credential-place.ts';
import { jwtPlace } from './request.ts';

const NOW_S = 1_700_000_000;
const { issuer } = jwtPlace();

const someTime = fc.oneof(
  fc.integer({ min: NOW_S - 200, max: NOW_S + 200 }),
  fc.constantFrom(0, -1, 1.5, '1700000000', null, {}),
);
const someName = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('s'.repeat(1_024), 's'.repeat(1_025)),
  fc.integer(),
  fc.constantFrom(null, true, [], { sid: 'x' }),
);
const someSubject = fc.oneof(
  someName,
  fc.constantFrom('s'.repeat(256), 's'.repeat(257), 'a\u0000b', '\ud800'),
);
/** Claims as issuers send them, and as only an issuer gone wrong would. */
const someClaims = fc.record(
  {
    iss: fc.constant(issuer),
    aud: fc.constantFrom('api', ['api'], ['shop', 'api'], ['shop', 'api', 'web']),
    exp: fc.integer({ min: NOW_S - 10, max: NOW_S + 200 }),
    nbf: fc.integer({ min: NOW_S - 200, max: NOW_S }),
    iat: someTime,
    auth_time: someTime,
    sid: someName,
    jti: someName,
    sub: someSubject,
    ext: fc.oneof(fc.record({ sid: someName, sub: someSubject }), someName),
    'ext.sid': someName,
    cnf: fc.constantFrom({ jkt: 'key' }, { jkt: null }, { 'x5t#S256': 'certificate' }, 7),
    roles: fc.array(fc.string()),
  },
  { requiredKeys: ['iss', 'aud'] },
);
const somePlace = fc.record({
  in: fc.constantFrom<JwtPlace['in']>({ kind: 'bearer' }, { kind: 'header', name: 'x-jwt' }),
  audiences: fc.constantFrom(['api'], ['web', 'api'], []),
  session: fc.constantFrom<JwtPlace['session']>(
    ...['sid', 'ext.sid', 'aud', 'iss', 'ext', 'exp'].map(
      (claim) => ({ kind: 'claim', claim }) as const,
    ),
    { kind: 'jti' },
    { kind: 'hash' },
  ),
  perLogin: fc.boolean(),
  subjectClaim: fc.constantFrom(undefined, 'sub', 'ext.sub', 'sid', 'ext', 'aud', 'cnf', 'exp'),
});

describe('keptClaims', () => {
  it('leads to the session of the whole claims, at any time', () => {
    let sessions = 0;
    const later = fc.integer({ min: 0, max: 300_000 });
    fc.assert(
      fc.property(someClaims, somePlace, later, (claims, changes, laterMs) => {
        const place = jwtPlace(changes);
        if (claimFault(claims, place, NOW_S * 1000) !== undefined) return;
        const reading = { place, token: 'h.p.s', nowMs: NOW_S * 1000 + laterMs };
        const read = (from: object) =>
          tokenSession({ ...reading, claims: { ...from }, hash: (text) => text });
        const session = read(claims);
        if (session.kind === 'found') sessions += 1;
        expect(read(keptClaims(claims, place))).to.deep.equal(session);
      }),
      { numRuns: 5_000 },
    );
    expect(sessions, 'of 5 000 tokens').to.be.above(200);
  });

  it('keeps little of large claims', () => {
    const roles = Array.from({ length: 1_000 }, (_, count) => `role ${count}`);
    const kept = keptClaims(
      { iss: issuer, aud: ['shop', 'api', ...roles], sid: 's1', roles, exp: NOW_S, cnf: { roles } },
      jwtPlace(),
    );
    expect(kept).to.deep.equal({ iss: issuer, aud: ['api'], sid: 's1', exp: NOW_S });
  });
});
