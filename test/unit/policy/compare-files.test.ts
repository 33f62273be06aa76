import { expect } from 'chai';
import { compareFiles } from '../../../src/policy/compare-files.ts';
import { documentedKeys } from './file/documented-keys.ts';
import { load } from './policies-of.ts';

/** One line of a file, in flow style without its brackets, before and after a change of one key. */
type Row = readonly [key: string, before: string, after: string];

const POLICY: readonly Row[] = [
  ['name', 'name: other', 'name: another'],
  ['match', 'match: [{ path: /a }]', 'match: [{ path: /a/** }]'],
  ['by_name', 'by_name: false', 'by_name: true'],
  ['session', 'session: required', 'session: optional'],
  ['ends_session', 'mode: enforce', 'ends_session: true'],
  ['sources', 'sources: [web]', 'sources: [web, api]'],
  ['leave', 'sources: [web]', 'sources: [web], leave: [api]'],
  ['preset', 'preset: pci-dss-4', 'preset: disa-web-high'],
  ['idle', 'idle: 5m', 'idle: 6m'],
  ['absolute', 'absolute: 8h', 'absolute: 9h'],
  ['mode', 'mode: enforce', 'mode: observe'],
  ['on_expiry', 'on_expiry: end', 'on_expiry: challenge'],
  ['passive', 'passive: [{ query: { name: a } }]', 'passive: [{ automatic: true }]'],
  ['streams', 'streams: passive', 'streams: active'],
  ['max_staleness', 'mode: enforce', 'mode: enforce, max_staleness: 0s'],
  ['stream_max', 'mode: enforce', 'stream_max: 1m'],
  ['stream_cut', 'stream_cut: on', 'stream_cut: off'],
  ['login_url', 'login_url: "https://a.test/"', 'login_url: "https://b.test/"'],
  [
    'return_hosts',
    'login_url: "https://a.test/"',
    'login_url: "https://a.test/", return_hosts: [b]',
  ],
  ['cors_origins', 'mode: enforce', 'cors_origins: ["https://a.test"]'],
  ['expose_lifetime', 'expose_lifetime: false', 'expose_lifetime: true'],
];

const SOURCE: readonly Row[] = [
  ['name', 'name: web, cookie: a', 'name: other, cookie: a'],
  ['cookie', 'cookie: a', 'cookie: b'],
  ['cookie.path', 'cookie: { name: a }', 'cookie: { name: a, path: /a }'],
  ['cookie.domain', 'cookie: { name: a }', 'cookie: { name: a, domain: a.test }'],
  ['cookie.same_site', 'cookie: { name: a }', 'cookie: { name: a, same_site: none }'],
  ['cookie.partitioned', 'cookie: { name: a }', 'cookie: { name: a, partitioned: true }'],
  ['header', 'header: x-a', 'header: x-b'],
  ['bearer', 'header: x-a', 'bearer: {}'],
  ['jwt', 'bearer: {}', 'jwt: { issuer: i, audience: a, jwks_file: k, per_login: true }'],
  ['opening', 'cookie: a, opening: registered', 'cookie: a, opening: first-use'],
  ['credential_lifetime', 'cookie: a', 'cookie: a, credential_lifetime: 31d'],
  ['format', 'cookie: a, format: hex', 'cookie: a, format: uuid'],
  ['take', 'cookie: a', 'cookie: a, take: { after: b }'],
  ['pieces', 'cookie: a', 'cookie: a, pieces: ignore'],
  ['case', 'cookie: a', 'cookie: a, case: exact'],
  ['clear_with', 'cookie: a', 'cookie: a, clear_with: [b]'],
  ['path_parameter', 'cookie: a', 'cookie: a, path_parameter: b'],
  ['subject', 'cookie: a', 'cookie: a, subject: { header: x-a, trusted: true }'],
  [
    'subject.header',
    'cookie: a, subject: { header: x-a, trusted: true }',
    'cookie: a, subject: { header: x-b, trusted: true }',
  ],
  ['touch_interval', 'cookie: a', 'cookie: a, touch_interval: 0s'],
];

const BY_ENVOY = 'issuer: i, audience: a, per_login: true, verified_by: envoy';
const HERE = 'issuer: i, audience: a, per_login: true, jwks_file: k';
const JWT: readonly Row[] = [
  ['issuer', HERE, HERE.replace('issuer: i', 'issuer: j')],
  ['audience', HERE, HERE.replace('audience: a', 'audience: [a, b]')],
  ['verified_by', HERE, BY_ENVOY],
  ['metadata_key', BY_ENVOY, `${BY_ENVOY}, metadata_key: a`],
  ['forwarded_headers', BY_ENVOY, `${BY_ENVOY}, forwarded_headers: [x-a]`],
  ['jwks_file', HERE, HERE.replace('jwks_file: k', 'jwks_file: l')],
  ['jwks_uri', HERE, HERE.replace('jwks_file: k', 'jwks_uri: "https://a.test/"')],
  ['algorithms', HERE, `${HERE}, algorithms: [ES256]`],
  ['leeway', HERE, `${HERE}, leeway: 1s`],
  ['header', HERE, `${HERE}, header: x-a`],
  ['cookie', HERE, `${HERE}, cookie: a`],
  ['session_claim', HERE, `${HERE}, session_claim: ext.sid`],
  ['session_from', HERE, `${HERE}, session_from: jti`],
  ['subject_claim', HERE, `${HERE}, subject_claim: sub`],
  ['per_login', HERE, HERE.replace('per_login: true', 'per_login: false')],
];

const TOP: readonly Row[] = [
  ['ambiguous_paths', 'realm: a', 'realm: a\nambiguous_paths: literal'],
  ['host_ports', 'realm: a', 'realm: a\nhost_ports: ignored'],
  ['openings', 'realm: a', 'realm: a\nopenings: { burst: 5 }'],
  ['stream_cut_header', 'realm: a', 'realm: a\nstream_cut_header: x-a'],
  ['subject_names', 'realm: a', 'realm: a\nsubject_names: clear'],
  ['on_store_loss', 'realm: a', 'realm: a\non_store_loss: fence'],
  ['realm', 'realm: a', 'realm: b'],
];

/** Keys that say why, or how the file is written, and decide nothing. */
const WITHOUT_EFFECT = ['version', 'sources', 'policies', 'justification'];

interface Parts {
  readonly top?: string;
  readonly source?: string;
  readonly policy?: string;
}

/** A file with one source and one policy of these keys; what they do not say has a default. */
function fileOf({ top = 'realm: a', source = 'cookie: sid', policy = 'mode: enforce' }: Parts) {
  const complete = (line: string, key: string, rest: string): string =>
    ` ${outside(line)}`.includes(` ${key}:`) ? line : `${line}, ${rest}`;
  let own = complete(source, 'name', 'name: web');
  own = complete(own, 'opening', 'opening: registered');
  own = own.includes('first-use') ? `${own}, credential_lifetime: 30d` : own;
  const hasLimits = !/preset|ends_session/.test(policy);
  let limits = hasLimits ? complete(policy, 'idle', 'idle: 1h') : policy;
  limits = hasLimits ? complete(limits, 'absolute', 'absolute: 12h') : limits;
  limits = complete(complete(limits, 'name', 'name: a'), 'match', 'match: [{ path: /a }]');
  return load(
    `version: 1\n${top}\nsources:\n  - { ${own} }\n  - { name: api, header: x-api, opening: registered }\n` +
      `policies:\n  - { ${limits} }\n  - { name: default, idle: 1h, absolute: 12h }\n`,
  );
}

/** What stands in no brackets. */
function outside(line: string): string {
  const without = line.replaceAll(/\{[^{}]*\}/g, '');
  return without === line ? line : outside(without);
}

function countBetween(before: Parts, after: Parts): number {
  const { file, sources, policies } = compareFiles(fileOf(before), fileOf(after));
  return file.length + sources.length + policies.length;
}

const differences = (before: object, after: object) =>
  compareFiles(load(JSON.stringify(before)), load(JSON.stringify(after)));

describe('what differs between two policy files', () => {
  const tables: readonly [list: string, rows: readonly Row[], parts: (text: string) => Parts][] = [
    ['', TOP, (top) => ({ top })],
    ['sources', SOURCE, (source) => ({ source })],
    ['sources.jwt', JWT, (jwt) => ({ source: `jwt: { ${jwt} }` })],
    ['policies', POLICY, (policy) => ({ policy })],
  ];
  for (const [list, rows, parts] of tables) {
    for (const [key, before, after] of rows) {
      it(`is seen of ${list === '' ? key : `${list}.${key}`}`, () => {
        expect(countBetween(parts(before), parts(after))).to.be.at.least(1);
      });
    }

    it(`is seen of every key of ${list === '' ? 'the top level' : list} that decides something`, () => {
      const depth = list === '' ? 0 : list.split('.').length;
      const keys = documentedKeys()
        .filter(({ path }) => path.length === depth + 1 && path.slice(0, -1).join('.') === list)
        .map(({ path }) => path.at(-1) ?? '');
      expect(rows.map(([key]) => key)).to.include.members(
        keys.filter((key) => !WITHOUT_EFFECT.includes(key)),
      );
    });
  }

  const same: readonly [what: string, before: string, after: string][] = [
    ['a default that is written out', 'idle: 1h', 'idle: 60m, mode: enforce, on_expiry: end'],
    [
      'the order of a list of hosts',
      'idle: 1h, return_hosts: [a.test, b.test]',
      'idle: 1h, return_hosts: [b.test, a.test]',
    ],
    ['the case of a host', 'idle: 1h, return_hosts: [a.test]', 'idle: 1h, return_hosts: [A.test.]'],
    ['a preset with the same values', 'idle: 15m', 'preset: pci-dss-4'],
  ];
  const withDefault = (text: string): string =>
    `version: 1\nsources: [{ name: web, cookie: sid, opening: registered }]\npolicies: [{ name: default, ${text}, absolute: 12h, login_url: "https://l.test/{return_to}" }]`;
  for (const [what, before, after] of same) {
    it(`is nothing for ${what}`, () => {
      const changes = compareFiles(load(withDefault(before)), load(withDefault(after)));
      expect(changes).to.deep.equal({ file: [], sources: [], policies: [] });
    });
  }

  it('is seen of the order of policies that both files have', () => {
    const policy = (name: string) => ({ name, match: [{ path: `/${name}` }], session: 'off' });
    const last = { name: 'default', idle: '1h', absolute: '12h' };
    const file = (...names: readonly string[]) => ({
      version: 1,
      sources: [{ name: 'web', cookie: 'sid', opening: 'registered' }],
      policies: [...names.map(policy), last],
    });
    expect(differences(file('a', 'b'), file('b', 'a')).file).to.deep.equal([
      { setting: 'order of policies', before: 'a, b, default', after: 'b, a, default' },
    ]);
    expect(differences(file('a', 'b'), file('a', 'c', 'b'))).to.deep.equal({
      file: [],
      sources: [],
      policies: [{ name: 'c', change: 'added', settings: [] }],
    });
  });

  it('is seen of a default that another policy changes', () => {
    const file = (...more: readonly object[]) => ({
      version: 1,
      sources: [{ name: 'web', cookie: 'sid', opening: 'registered' }],
      policies: [
        { name: 'strict', match: [{ path: '/strict' }], idle: '5m', absolute: '1h' },
        ...more,
        { name: 'default', idle: '1h', absolute: '12h' },
      ],
    });
    const login = { name: 'login', match: [{ path: '/login' }], session: 'login' };
    expect(differences(file(), file(login)).policies).to.deep.equal([
      {
        name: 'strict',
        change: 'changed',
        settings: [{ setting: 'on_expiry for "web"', before: 'end', after: 'challenge' }],
      },
      { name: 'login', change: 'added', settings: [] },
    ]);
  });
});
