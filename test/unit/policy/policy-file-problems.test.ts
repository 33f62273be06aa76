import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { Problem } from '../../../src/policy/problem.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/policies');

type Row = readonly [fixture: string, told: readonly string[]];

// One file for each mistake, named after it.
const MISTAKES: readonly Row[] = [
  ['absolute-false', ['5:42 policy "default", absolute: off without a justification']],
  ['absolute-missing', ['5:5 policy "default", absolute: is missing']],
  ['absolute-off', ['5:42 policy "default", absolute: off without a justification']],
  [
    'alias-bomb',
    ['1:1 cannot be read: Excessive alias count indicates a resource exhaustion attack'],
  ],
  [
    'alias-of-nothing',
    ['1:1 cannot be read: Unresolved alias (the anchor must be set before the alias): nothing'],
  ],
  ['ambiguous-paths-unknown', ['6:18 ambiguous_paths: expected strictest, literal']],
  ['bad-indent', ['4:1 Sequence item without - indicator']],
  [
    'bearer-and-jwt',
    [
      '4:5 source "b": reads the same bearer token as source "a", and policy "default" admits both: every request there would be ambiguous',
    ],
  ],
  ['bearer-not-empty', ['3:26 source "a", bearer.realm: is not known here']],
  [
    'catch-all-missing',
    ['5:16 policy "a", match: the last policy must catch the rest, so it has no match'],
  ],
  ['context-empty', ['5:35 policy "a", match[1].context: an empty map matches everything']],
  [
    'context-number',
    ['5:43 policy "a", match[1].context.tier: expected text without control characters'],
  ],
  [
    'context-reserved',
    ['5:37 policy "a", match[1].context.curfew-policy: is reserved: it names a policy'],
  ],
  [
    'cookie-host-prefix-path',
    [
      '3:50 source "a", cookie.path: contradicts __Host-, whose path is "/"',
      '3:56 source "a", cookie.domain: contradicts __Host-, which has no domain',
    ],
  ],
  ['cookie-key-unknown', ['3:37 source "a", cookie.pathh: is not known here']],
  [
    'cookie-name-invalid',
    ['3:24 source "a", cookie: expected a name without spaces and separators (an RFC 9110 token)'],
  ],
  [
    'cors-path',
    ['5:62 policy "default", cors_origins[1]: expected an origin such as https://shop.example.com'],
  ],
  [
    'cors-star',
    ['5:62 policy "default", cors_origins[1]: expected an origin such as https://shop.example.com'],
  ],
  ['duplicate-key', ['7:1 Map keys must be unique']],
  ['duplicate-policy-name', ['6:13 policy "default", name: the name is taken by an earlier entry']],
  ['duplicate-source-name', ['4:13 source "web", name: the name is taken by an earlier entry']],
  ['duration-fraction', ['5:28 policy "default", idle: expected a duration such as 15m']],
  ['duration-huge', ['5:42 policy "default", absolute: expected a duration such as 15m']],
  ['duration-negative', ['5:28 policy "default", idle: expected a duration such as 15m']],
  [
    'duration-not-a-number',
    ['5:28 policy "default", idle: expected a duration such as 15m, or off'],
  ],
  ['duration-of-eleven-years', ['5:42 policy "default", absolute: is longer than ten years']],
  ['duration-true', ['5:28 policy "default", idle: expected a duration such as 15m, or off']],
  ['duration-units-out-of-order', ['5:28 policy "default", idle: expected a duration such as 15m']],
  [
    'duration-without-unit',
    ['5:28 policy "default", idle: expected a duration such as 15m, or off'],
  ],
  ['duration-zero', ['5:28 policy "default", idle: must be longer than zero']],
  ['empty', ['1:1 the file is empty']],
  ['fail-open', ['6:1 failure_mode_allow: is not known here']],
  ['format-of-jwt', ['3:16 source "a", format: does not apply to a jwt']],
  ['format-unknown', ['3:37 source "a", format: expected plain, hex, uuid, base64url']],
  ['header-authorization', ['3:24 source "a", header: cannot be the header of a credential']],
  ['header-cookie', ['3:24 source "a", header: cannot be the header of a credential']],
  [
    'header-untrusted',
    [
      '5:34 policy "a", match[1].header: a client writes its own headers, so it could choose its policy',
    ],
  ],
  [
    'host-star-inside',
    [
      '5:32 policy "a", match[1].host: expected a host such as pay.example.com, or *.example.com for all below it',
    ],
  ],
  [
    'host-with-port',
    [
      '5:32 policy "a", match[1].host: expected a host such as pay.example.com, or *.example.com for all below it',
    ],
  ],
  [
    'host-with-scheme',
    [
      '5:32 policy "a", match[1].host: expected a host such as pay.example.com, or *.example.com for all below it',
    ],
  ],
  [
    'idle-longer-than-absolute',
    [
      '5:28 policy "default", idle: the idle timeout (13h) is longer than the absolute timeout (12h)',
    ],
  ],
  [
    'idle-longer-than-preset-absolute',
    ['8:11 policy "default", idle: the idle timeout (9h) is longer than the absolute timeout (8h)'],
  ],
  [
    'justification-empty',
    [
      '5:62 policy "default", justification: expected a sentence that says why, for whoever audits this file',
    ],
  ],
  [
    'jwt-algorithm-none',
    [
      '3:74 source "a", jwt.algorithms[1]: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519',
    ],
  ],
  [
    'jwt-algorithm-symmetric',
    [
      '3:74 source "a", jwt.algorithms[1]: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519',
    ],
  ],
  [
    'jwt-audience-any',
    ['3:44 source "a", jwt.audience: any admits tokens made for other applications'],
  ],
  ['jwt-audience-missing', ['3:21 source "a", jwt.audience: is missing']],
  ['jwt-claim-and-jti', ['3:81 source "a", jwt.session_from: contradicts session_claim']],
  ['jwt-keys-twice', ['3:61 source "a", jwt.jwks_uri: contradicts jwks_file']],
  [
    'jwt-keys-with-envoy',
    [
      '3:67 source "a", jwt.jwks_file: contradicts verified_by: envoy',
      '3:81 source "a", jwt.algorithms: contradicts verified_by: envoy',
    ],
  ],
  ['jwt-leeway-too-long', ['3:69 source "a", jwt.leeway: is longer than 60s']],
  [
    'jwt-metadata-key-without-envoy',
    ['3:61 source "a", jwt.metadata_key: has no effect without verified_by: envoy'],
  ],
  ['jwt-two-places', ['3:76 source "a", jwt.cookie: contradicts header']],
  ['jwt-without-keys', ['3:21 source "a", jwt: has no keys to verify tokens with']],
  ['lifetime-missing-jwt', ['3:5 source "api", credential_lifetime: is missing']],
  ['lifetime-missing', ['3:5 source "web", credential_lifetime: is missing']],
  [
    'lifetime-shorter-than-absolute',
    [
      '6:26 source "web", credential_lifetime: is shorter than the absolute timeout (12h) of policy "default"',
    ],
  ],
  [
    'lifetime-shorter-than-idle',
    [
      '3:72 source "web", credential_lifetime: is shorter than the idle timeout (7d) of policy "default"',
    ],
  ],
  [
    'login-guarded-wildcard',
    [
      '9:16 policy "default", login_url: points at a page that this file guards itself (policy "a"): nobody could ever log in',
    ],
  ],
  [
    'login-guarded',
    [
      '8:16 policy "default", login_url: points at a page that this file guards itself (policy "default"): nobody could ever log in',
    ],
  ],
  ['login-javascript', ['8:16 policy "default", login_url: must be an absolute http or https URL']],
  [
    'login-placeholder-in-host',
    ['8:16 policy "default", login_url: has a placeholder in its host'],
  ],
  ['login-placeholder-unknown', ['8:16 policy "default", login_url: does not know {return_too}']],
  [
    'login-protocol-relative',
    ['8:16 policy "default", login_url: must be an absolute http or https URL'],
  ],
  ['login-relative', ['8:16 policy "default", login_url: must be an absolute http or https URL']],
  ['login-space', ['8:16 policy "default", login_url: expected a URL']],
  ['login-userinfo', ['8:16 policy "default", login_url: has user information before its host']],
  [
    'many-at-once',
    [
      '3:5 source "web", credential_lifetime: is missing',
      '4:18 source "web", coockie: is not known here',
      '6:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
      '7:48 policy "b", idle: the idle timeout (13h) is longer than the absolute timeout (12h)',
      '8:16 policy "c", match: can never be reached: all that it matches is matched by "b" before',
      '9:45 policy "d", idle: expected a duration such as 15m',
    ],
  ],
  [
    'match-after-catch-all',
    [
      '5:5 policy "first": has no match, so it catches everything, and the policies behind it get nothing',
    ],
  ],
  ['match-empty', ['5:23 policy "a", match: an empty list matches nothing']],
  [
    'match-is-a-map',
    ['5:23 policy "a", match: expected a list of matchers, such as [{ path: /login }]'],
  ],
  ['matcher-empty', ['5:24 policy "a", match[1]: an empty matcher matches everything']],
  ['matcher-is-a-string', ['5:24 policy "a", match[1]: expected a map']],
  [
    'merge-key',
    [
      '5:11 policy "default": has no match, so it catches everything, and the policies behind it get nothing',
      '6:7 policy "other", <<: is not known here',
    ],
  ],
  [
    'method-lower-case',
    ['5:36 policy "a", match[1].methods[1]: expected an HTTP method in upper case, such as GET'],
  ],
  ['misplaced-bracket', ['3:40 Unexpected flow-map-start at node end']],
  ['name-missing', ['5:5 policy number 1, name: is missing']],
  [
    'name-too-long',
    [
      '5:13 policy "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", name: is longer than 63 characters',
    ],
  ],
  [
    'name-unusable-as-label',
    [
      '5:13 policy "pay ments", name: expected a name of letters, digits, ".", "_" and "-" that begins with a letter or digit',
    ],
  ],
  ['no-sources', ['2:10 sources: at least one is needed by policies that read sessions']],
  ['not-a-map', ['1:1 expected a map']],
  ['only-comments', ['1:1 the file is empty']],
  ['opening-missing', ['3:5 source "web", opening: is missing']],
  ['opening-unknown', ['3:40 source "web", opening: expected first-use, registered']],
  [
    'openings-zero',
    [
      '6:25 openings.per_second: expected a whole number from 1 to 1000000',
      '6:35 openings.burst: expected a whole number from 1 to 1000000',
    ],
  ],
  ['path-dot-segment', ['5:32 policy "a", match[1].path: has a dot segment']],
  [
    'path-double-star-inside',
    ['5:32 policy "a", match[1].path: "**" may only be the last segment'],
  ],
  ['path-empty-segment', ['5:32 policy "a", match[1].path: has an empty segment ("//")']],
  [
    'path-encoded-slash',
    ['5:32 policy "a", match[1].path: matches nothing: such a path is ambiguous (encoded slash)'],
  ],
  [
    'path-relative',
    [
      '5:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
    ],
  ],
  [
    'path-semicolon',
    ['5:32 policy "a", match[1].path: matches nothing: such a path is ambiguous (semicolon)'],
  ],
  [
    'path-star-in-segment',
    ['5:32 policy "a", match[1].path: "*" stands for a whole segment, and cannot be part of one'],
  ],
  [
    'path-with-query',
    [
      '5:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
    ],
  ],
  ['place-missing', ['3:5 source "web": has no place of a credential']],
  ['policies-empty', ['4:11 policies: needs at least one policy, which catches everything']],
  ['policies-missing', ['1:1 policies: is missing']],
  [
    'preset-idle-off',
    [
      '5:47 policy "default", idle: off is looser than the 15m of preset pci-dss-4 (PCI DSS v4.0.1 8.2.8)',
    ],
  ],
  [
    'preset-loosened',
    [
      '7:11 policy "default", idle: 30m is looser than the 15m of preset pci-dss-4 (PCI DSS v4.0.1 8.2.8)',
      '8:15 policy "default", absolute: 13h is looser than the 12h of preset pci-dss-4 (PCI DSS v4.0.1 8.2.8)',
    ],
  ],
  ['preset-machine', ['5:30 policy "default", preset: expected the name of a preset']],
  ['preset-unknown', ['5:30 policy "default", preset: expected the name of a preset']],
  [
    'prototype-keys',
    [
      '5:53 policy "a", __proto__: is not known here',
      '5:83 policy "a", constructor: is not known here',
      '7:1 __proto__: is not known here',
    ],
  ],
  [
    'realm-control-character',
    ['6:8 realm: expected visible ASCII text without surrounding spaces'],
  ],
  [
    'return-hosts-without-login',
    ['5:47 policy "default", return_hosts: has no effect without login_url'],
  ],
  [
    'same-header-but-for-underscore',
    [
      '4:5 source "b": reads the same header "x-session-id" as source "a", and policy "default" admits both: every request there would be ambiguous',
    ],
  ],
  [
    'same-place-twice',
    [
      '4:5 source "old": reads the same cookie "sid" as source "web", and policy "default" admits both: every request there would be ambiguous',
    ],
  ],
  ['scalar', ['1:1 expected a map']],
  ['session-false-with-limits', ['5:55 policy "a", preset: contradicts session: off']],
  [
    'session-off-with-limits',
    [
      '5:53 policy "a", idle: contradicts session: off',
      '5:63 policy "a", login_url: contradicts session: off',
    ],
  ],
  ['session-unknown', ['5:48 policy "a", session: expected required, optional, off']],
  ['source-named-twice', ['5:37 policy "default", sources[2]: names "web" twice']],
  ['sources-missing', ['1:1 sources: is missing']],
  ['stream-max-without-cut', ['5:47 policy "default", stream_max: contradicts stream_cut: off']],
  ['tab-indent', ['3:1 Tabs are not allowed as indentation']],
  ['take-nothing', ['3:35 source "a", take: takes nothing']],
  [
    'touch-interval-too-long',
    [
      '6:21 source "web", touch_interval: is more than half of the idle timeout (1h) of policy "default"',
    ],
  ],
  [
    'two-documents',
    ['6:1 Source contains multiple documents; please use YAML.parseAllDocuments()'],
  ],
  ['two-places', ['3:31 source "web", header: contradicts cookie']],
  ['unclosed-quote', ['7:1 Missing closing "quote']],
  ['unknown-jwt-key', ['4:36 source "api", jwt.jwks: is not known here']],
  ['unknown-matcher-key', ['5:26 policy "a", match[1].paths: is not known here']],
  ['unknown-policy-key', ['5:39 policy "a", idel: is not known here']],
  ['unknown-source-key', ['6:5 source "web", credential-lifetime: is not known here']],
  ['unknown-source', ['7:15 policy "a", sources[1]: there is no source "wed"']],
  ['unknown-tag', ['6:8 Unresolved tag: !secret']],
  ['unknown-top-key', ['6:1 polices: is not known here']],
  [
    'unreachable',
    ['7:5 policy "b", match: can never be reached: all that it matches is matched by "a" before'],
  ],
  ['version-missing', ['1:1 version: is missing']],
  ['version-unknown', ['1:10 version: expected 1']],
];

// Files that are served, with the warnings that they get.
const VALID: readonly Row[] = [
  ['anchors', []],
  ['by-name-only', []],
  [
    'capitals-and-final-slash',
    [
      '5:35 policy "grpc", match[1].path: has upper-case letters or escapes: where another policy judges its plainer spelling, both judge together, strictest first',
      '5:60 policy "grpc", match[2].path: has a final slash: where another policy judges its plainer spelling, both judge together, strictest first',
    ],
  ],
  [
    'challenge',
    [
      '5:58 policy "default", on_expiry: the login must then issue a new credential: source "web" does not show when its user logged in',
    ],
  ],
  [
    'design-example',
    [
      '21:16 policy "payments", on_expiry: the login must then issue a new credential: source "web", "api" does not show when its user logged in',
    ],
  ],
  ['every-place', []],
  ['every-setting', []],
  ['everything-off', []],
  ['idle-missing', ['5:5 policy "default", idle: is missing, so there is no idle timeout']],
  [
    'keys-without-tls',
    [
      '3:57 source "a", jwt.jwks_uri: the keys come without TLS: whoever changes them on the way can make tokens',
    ],
  ],
  ['literal-paths', []],
  ['login-on-a-page-without-session', []],
  ['minimal', []],
  ['preset-loosened-with-justification', []],
  ['two-tokens-kept-apart', []],
  ['unused-source', ['4:5 source "b": no policy admits it']],
  ['windows-line-ends-and-byte-order-mark', []],
  ['yaml-1.1-off', []],
];

describe('the check of a policy file', () => {
  for (const [fixture, problems] of MISTAKES) {
    it(`refuses ${fixture}`, () => {
      const parsed = parsePolicyFile(read('mistakes', fixture), 'curfew.yaml');
      expect(parsed.kind === 'problems' && told(parsed.problems)).to.deep.equal(problems);
    });
  }

  for (const [fixture, warnings] of VALID) {
    it(`accepts ${fixture}`, () => {
      const parsed = parsePolicyFile(read('valid', fixture), 'curfew.yaml');
      expect(parsed.kind === 'ok' ? told(parsed.warnings) : parsed).to.deep.equal(warnings);
    });
  }

  it('has an expectation for every fixture', () => {
    expect(MISTAKES.map(([name]) => `${name}.yaml`)).to.have.members(names('mistakes'));
    expect(VALID.map(([name]) => `${name}.yaml`)).to.have.members(names('valid'));
  });

  it('says what was probably meant', () => {
    const parsed = parsePolicyFile(read('mistakes', 'unknown-policy-key'), 'curfew.yaml');
    expect(parsed.kind === 'problems' && parsed.problems[0]?.hint).to.equal('did you mean "idle"?');
  });

  it('names the file as its caller does', () => {
    const parsed = parsePolicyFile('', 'a/b.yaml');
    expect(parsed.kind === 'problems' && parsed.problems[0]?.file).to.equal('a/b.yaml');
  });
});

function told(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function names(folder: string): readonly string[] {
  return readdirSync(join(FIXTURES, folder));
}

function read(folder: string, fixture: string): string {
  return readFileSync(join(FIXTURES, folder, `${fixture}.yaml`), 'utf8');
}
