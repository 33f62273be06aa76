import { expect } from 'chai';
import { load, policiesOf, WEB } from './policies-of.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The rule of the source "web" with these policies and a last one of idle 1h, absolute 12h. */
function ruleOf(policies: readonly string[], source = WEB) {
  return policiesOf(policies, '', [source]).sourceRules.get('web');
}

describe('the rule that the store gets for a source', () => {
  const intervals: readonly (readonly [string, readonly string[], string, number])[] = [
    ['at most a minute', [], WEB, MINUTE],
    [
      'a tenth of the smallest idle timeout',
      ['- { name: a, match: [{ path: /a }], idle: 50s, absolute: 1h }'],
      WEB,
      5_000,
    ],
    [
      'whole milliseconds',
      ['- { name: a, match: [{ path: /a }], idle: 15ms, absolute: 1h }'],
      WEB,
      1,
    ],
    [
      'zero for an idle timeout below 10ms',
      ['- { name: a, match: [{ path: /a }], idle: 5ms, absolute: 1h }'],
      WEB,
      0,
    ],
    [
      'what the file sets',
      [],
      '- { name: web, cookie: sid, opening: registered, touch_interval: 0s }',
      0,
    ],
    [
      'of a policy that only observes as well',
      ['- { name: a, match: [{ path: /a }], idle: 1m, absolute: 1h, mode: observe }'],
      WEB,
      6_000,
    ],
    [
      'not of a policy without sessions',
      ['- { name: a, match: [{ path: /a }], session: off }'],
      WEB,
      MINUTE,
    ],
  ];
  for (const [what, policies, source, intervalMs] of intervals) {
    it(`has a touch interval: ${what}`, () => {
      expect(ruleOf(policies, source)?.touchIntervalMs).to.equal(intervalMs);
    });
  }

  const REGISTERED = '- { name: web, cookie: sid, opening: registered }';
  const retentions: readonly (readonly [string, readonly string[], string, number])[] = [
    ['the lifetime of the credential', [], WEB, 30 * DAY],
    [
      'the largest absolute timeout of its policies',
      ['- { name: a, match: [{ path: /a }], idle: 1h, absolute: 3d }'],
      REGISTERED,
      3 * DAY,
    ],
    [
      '400 days if a policy has no absolute timeout',
      [
        '- { name: a, match: [{ path: /a }], idle: 1h, absolute: off, justification: A wall display. }',
      ],
      REGISTERED,
      400 * DAY,
    ],
  ];
  for (const [what, policies, source, retentionMs] of retentions) {
    it(`has a retention: ${what}`, () => {
      expect(ruleOf(policies, source)?.retentionMs).to.equal(retentionMs);
      expect(policiesOf(policies, '', [source]).retentionMaxMs).to.equal(retentionMs);
    });
  }

  it('has the limits of every enforcing policy that reads its sessions', () => {
    const { sourceRules } = policiesOf(
      [
        '- { name: a, match: [{ path: /a }], idle: 5m, absolute: 8h, sources: [web] }',
        '- { name: b, match: [{ path: /b }], idle: 6m, absolute: 8h, sources: [api] }',
        '- { name: c, match: [{ path: /c }], idle: 7m, absolute: 8h, mode: observe }',
        '- { name: d, match: [{ path: /d }], session: off }',
        '- { name: e, match: [{ path: /e }], session: optional, idle: off, absolute: 9h }',
      ],
      '',
      [WEB, '- { name: api, header: x-key, opening: registered }'],
    );
    expect(sourceRules.get('web')?.overLimits).to.deep.equal([
      { policy: 'a', idleTimeoutMs: 5 * MINUTE, absoluteTimeoutMs: 8 * HOUR },
      { policy: 'e', idleTimeoutMs: undefined, absoluteTimeoutMs: 9 * HOUR },
      { policy: 'default', idleTimeoutMs: HOUR, absoluteTimeoutMs: 12 * HOUR },
    ]);
    expect(sourceRules.get('api')?.overLimits).to.have.length(3);
  });
});

describe('a policy as it is loaded', () => {
  it('has the defaults of the format', () => {
    const policies = policiesOf([]);
    expect(policies.policies).to.deep.equal([
      {
        name: 'default',
        idleTimeoutMs: HOUR,
        absoluteTimeoutMs: 12 * HOUR,
        session: 'required',
        mode: 'enforce',
        onExpiry: new Map([['web', 'end']]),
        sources: new Set(['web']),
        leave: new Set(),
        maxStalenessMs: 1_000,
        streams: 'passive',
        streamMaxMs: undefined,
        streamCut: true,
        loginUrl: undefined,
        returnHosts: new Set(),
        corsOrigins: new Set(),
        exposeLifetime: false,
      },
    ]);
    expect(policies.settings).to.deep.equal({
      streamCutHeader: 'x-envoy-upstream-stream-duration-ms',
      realm: 'curfew',
      openingsPerSecond: 100,
      openingsBurst: 1_000,
      subjectNames: 'hashed',
      onStoreLoss: 'continue',
    });
  });

  it('has the settings of its file', () => {
    const top =
      'openings: { per_second: 5, burst: 6 }\nstream_cut_header: X-Cut\nrealm: shop floor\nsubject_names: clear\non_store_loss: fence';
    expect(policiesOf([], top).settings).to.deep.equal({
      streamCutHeader: 'x-cut',
      realm: 'shop floor',
      openingsPerSecond: 5,
      openingsBurst: 6,
      subjectNames: 'clear',
      onStoreLoss: 'fence',
    });
  });

  const limits: readonly (readonly [string, string, number | undefined, number | undefined])[] = [
    ['those of its preset', 'preset: pci-dss-4', 15 * MINUTE, 12 * HOUR],
    ['its own, if they are shorter', 'preset: pci-dss-4, idle: 5m', 5 * MINUTE, 12 * HOUR],
    [
      'its own, if they are looser and justified',
      'preset: pci-dss-4, absolute: 1d, justification: Until June.',
      15 * MINUTE,
      DAY,
    ],
    ['no idle timeout with a preset that has none', 'preset: nist-63b4-aal1', undefined, 30 * DAY],
    ['off', 'idle: off, absolute: off, justification: A wall display.', undefined, undefined],
    ['off as YAML 1.1 reads it', 'idle: false, absolute: 1d', undefined, DAY],
    ['none without a session', 'session: off', undefined, undefined],
    ['none without a session, as YAML 1.1 reads it', 'session: false', undefined, undefined],
  ];
  for (const [what, written, idleTimeoutMs, absoluteTimeoutMs] of limits) {
    it(`has limits: ${what}`, () => {
      const [policy] = policiesOf([`- { name: a, match: [{ path: /a }], ${written} }`]).policies;
      expect(policy).to.include({ idleTimeoutMs, absoluteTimeoutMs });
    });
  }

  it('has hosts and origins in the spelling in which they are compared', () => {
    const [policy] = policiesOf([
      '- { name: a, match: [{ path: /a }], idle: 5m, absolute: 8h, login_url: "https://l.example.com/{return_to}",' +
        ' return_hosts: [APP.example.com.], cors_origins: ["https://Shop.example.com:8443"] }',
    ]).policies;
    expect([...(policy?.returnHosts ?? [])]).to.deep.equal(['app.example.com']);
    expect([...(policy?.corsOrigins ?? [])]).to.deep.equal(['https://shop.example.com:8443']);
  });
});

describe('a source as it is loaded', () => {
  it('has a place of each kind', () => {
    const { sources } = load(`
version: 1
sources:
  - { name: short, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: long, cookie: { name: id, path: /app, domain: example.com }, opening: registered, format: hex, take: { after: "s:" }, subject: { header: X-User, trusted: true } }
  - { name: head, header: X-Session, opening: registered }
  - { name: token, bearer: {}, opening: registered }
  - { name: jwt, jwt: { issuer: i, audience: a, jwks_file: k.json, header: X-Jwt, subject_claim: sub }, credential_lifetime: 30d }
  - { name: envoy, jwt: { issuer: i, audience: any, justification: There is one., verified_by: envoy, cookie: jwt, session_from: jti, per_login: true, leeway: 30s }, credential_lifetime: 30d }
  - { name: uri, jwt: { issuer: i, audience: [a, b], jwks_uri: "https://i/k", algorithms: [ES256], session_claim: s }, credential_lifetime: 30d }
policies:
  - { name: a, match: [{ path: /a }], sources: [token], idle: 1h, absolute: 8h }
  - { name: default, sources: [short, long, head, jwt, envoy, uri], idle: 1h, absolute: 12h }
`);
    const bare = {
      opening: 'registered',
      format: 'plain',
      take: undefined,
      subjectHeader: undefined,
    };
    expect(sources.slice(0, 4)).to.deep.equal([
      {
        ...bare,
        name: 'short',
        place: cookiePlace('sid', { otherCookies: new Set(['id', 'jwt']) }),
        opening: 'first-use',
      },
      {
        name: 'long',
        place: cookiePlace('id', {
          path: '/app',
          domain: 'example.com',
          otherCookies: new Set(['sid', 'jwt']),
        }),
        opening: 'registered',
        format: 'hex',
        take: { after: 's:', before: undefined },
        subjectHeader: 'x-user',
      },
      { ...bare, name: 'head', place: { kind: 'header', name: 'x-session' } },
      { ...bare, name: 'token', place: { kind: 'bearer' } },
    ]);
    const [jwt, envoy, uri] = sources.slice(4).map(({ place }) => place);
    expect(jwt).to.deep.include({
      in: { kind: 'header', name: 'x-jwt' },
      audiences: ['a'],
      session: { kind: 'claim', claim: 'sid' },
      perLogin: false,
      subjectClaim: 'sub',
      leewayMs: 0,
    });
    expect(jwt)
      .to.have.nested.property('verifiedBy.keys')
      .that.deep.equals({ kind: 'file', path: 'k.json' });
    expect(jwt)
      .to.have.nested.property('verifiedBy.algorithms')
      .that.includes('ES256')
      .and.not.includes('HS256');
    expect(envoy).to.deep.include({
      in: cookiePlace('jwt', { otherCookies: new Set(['sid', 'id']) }),
      audiences: [],
      verifiedBy: { kind: 'envoy', metadataKey: 'payload', forwardedHeaders: [] },
      session: { kind: 'jti' },
      perLogin: true,
      subjectClaim: undefined,
      leewayMs: 30_000,
    });
    expect(uri).to.deep.include({
      in: { kind: 'bearer' },
      audiences: ['a', 'b'],
      verifiedBy: {
        kind: 'curfew',
        keys: { kind: 'uri', uri: 'https://i/k', plainHttp: 'refused' },
        algorithms: ['ES256'],
      },
      session: { kind: 'claim', claim: 's' },
    });
  });
});
