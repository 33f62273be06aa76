import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { Problem } from '../../../src/policy/file/problem.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'policies');

type Row = readonly [fixture: string, messages: readonly string[]];

// One file for each mistake, named after it.
const MISTAKES: readonly Row[] = [
  ['absolute-false', ['5:42 policy "default", absolute: is off without a justification']],
  ['absolute-missing', ['5:5 policy "default", absolute: is missing']],
  ['absolute-off', ['5:42 policy "default", absolute: is off without a justification']],
  [
    'alias-bomb',
    ['1:1 the file cannot be read: Excessive alias count indicates a resource exhaustion attack'],
  ],
  [
    'alias-of-nothing',
    [
      '1:1 the file cannot be read: Unresolved alias (the anchor must be set before the alias): nothing',
    ],
  ],
  ['ambiguous-paths-unknown', ['6:18 ambiguous_paths: expected strictest or literal']],
  ['bad-indent', ['4:1 Sequence item without - indicator']],
  [
    'bearer-and-jwt',
    [
      '4:5 source "b": reads the same bearer token as source "a", and policy "default" uses both, so every credential there would be ambiguous',
    ],
  ],
  ['bearer-not-empty', ['3:26 source "a", bearer.realm: is not a known key']],
  [
    'catch-all-missing',
    [
      '5:16 policy "a", match: the last policy must match every remaining request, so it may not have `match`',
    ],
  ],
  [
    'clear-with-a-credential',
    [
      '3:63 source "a", clear_with[1]: is the cookie of this source itself',
      '3:68 source "a", clear_with[2]: is the cookie of source "b", so its sessions would lose their credential',
      '3:82 source "a", clear_with[4]: names "extra" twice',
    ],
  ],
  [
    'context-empty',
    ['5:35 policy "a", match[1].context: is empty, so it would match every request'],
  ],
  [
    'context-number',
    ['5:43 policy "a", match[1].context.tier: expected text without control characters'],
  ],
  [
    'context-reserved',
    [
      '5:37 policy "a", match[1].context.curfew-policy: this key is reserved: routes use it to name a policy',
    ],
  ],
  [
    'cookie-host-prefix-path',
    [
      '3:50 source "a", cookie.path: a __Host- cookie always has the path "/"',
      '3:56 source "a", cookie.domain: a __Host- cookie never has a domain',
    ],
  ],
  ['cookie-key-unknown', ['3:37 source "a", cookie.pathh: is not a known key']],
  [
    'cookie-keys-elsewhere',
    [
      '3:55 source "head", pieces: is only for cookies',
      '3:71 source "head", case: is only for cookies',
      '3:84 source "head", clear_with: is only for cookies',
      '3:101 source "head", path_parameter: is only for cookies',
      '4:105 source "token", path_parameter: is only for cookies',
    ],
  ],
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
  ['duplicate-key', ['7:1 this key occurs twice']],
  ['duplicate-policy-name', ['6:13 policy "default", name: an earlier entry has the same name']],
  ['duplicate-source-name', ['4:13 source "web", name: an earlier entry has the same name']],
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
  [
    'ends-session-everywhere',
    ['6:5 policy "out": would end the session of each request that no earlier policy matches'],
  ],
  ['ends-session-unknown', ['5:77 policy "out", ends_session: expected true or false']],
  [
    'ends-session-with-limits',
    [
      '5:83 policy "out", session: has no meaning with ends_session: true',
      '5:99 policy "out", preset: has no meaning with ends_session: true',
      '5:118 policy "out", absolute: has no meaning with ends_session: true',
      '5:133 policy "out", on_expiry: has no meaning with ends_session: true',
      '5:149 policy "out", justification: has no meaning with ends_session: true',
      '5:181 policy "out", passive: has no meaning with ends_session: true',
      '5:213 policy "out", login_url: has no meaning with ends_session: true',
    ],
  ],
  ['fail-open', ['6:1 failure_mode_allow: is not a known key']],
  ['format-of-jwt', ['3:16 source "a", format: does not apply to a jwt']],
  [
    'format-unknown',
    ['3:37 source "a", format: expected plain, hex, uuid, lower, base64, base64url or dotted'],
  ],
  ['header-authorization', ['3:24 source "a", header: this header cannot hold a credential']],
  ['header-cookie', ['3:24 source "a", header: this header cannot hold a credential']],
  [
    'header-untrusted',
    [
      '5:34 policy "a", match[1].header: a client can send this header, so it could choose its own policy',
    ],
  ],
  [
    'headers-untrusted-in-a-list',
    [
      '5:34 policy "a", match[1].header: a client can send this header, so it could choose its own policy',
    ],
  ],
  [
    'host-star-inside',
    [
      '5:32 policy "a", match[1].host: expected a host such as pay.example.com, or *.example.com for all hosts below it',
    ],
  ],
  [
    'host-with-port',
    [
      '5:32 policy "a", match[1].host: expected a host such as pay.example.com, or *.example.com for all hosts below it',
    ],
  ],
  [
    'host-with-scheme',
    [
      '5:32 policy "a", match[1].host: expected a host such as pay.example.com, or *.example.com for all hosts below it',
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
    ['5:62 policy "default", justification: expected a sentence that explains why'],
  ],
  [
    'jwt-algorithm-none',
    [
      '3:74 source "a", jwt.algorithms[1]: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA or Ed25519',
    ],
  ],
  [
    'jwt-algorithm-symmetric',
    [
      '3:74 source "a", jwt.algorithms[1]: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA or Ed25519',
    ],
  ],
  [
    'jwt-audience-any',
    ['3:44 source "a", jwt.audience: any accepts tokens that were issued for other applications'],
  ],
  ['jwt-audience-missing', ['3:21 source "a", jwt.audience: is missing']],
  [
    'jwt-claim-and-jti',
    ['3:81 source "a", jwt.session_from: cannot be combined with session_claim'],
  ],
  [
    'jwt-forwarded-headers-without-envoy',
    ['3:78 source "a", jwt.forwarded_headers: has no effect without verified_by: envoy'],
  ],
  [
    'jwt-justification-of-nothing',
    [
      '3:96 source "a", jwt.justification: has no effect: the audience is checked, and no keys are fetched without TLS',
    ],
  ],
  ['jwt-keys-twice', ['3:61 source "a", jwt.jwks_uri: cannot be combined with jwks_file']],
  [
    'jwt-keys-with-envoy',
    [
      '3:67 source "a", jwt.jwks_file: cannot be combined with verified_by: envoy',
      '3:81 source "a", jwt.algorithms: cannot be combined with verified_by: envoy',
    ],
  ],
  ['jwt-leeway-too-long', ['3:69 source "a", jwt.leeway: is longer than 60s']],
  [
    'jwt-metadata-key-without-envoy',
    ['3:61 source "a", jwt.metadata_key: has no effect without verified_by: envoy'],
  ],
  ['jwt-two-places', ['3:76 source "a", jwt.cookie: cannot be combined with header']],
  ['jwt-without-keys', ['3:21 source "a", jwt: has no keys to verify tokens with']],
  [
    'keys-of-later-versions',
    [
      '2:1 self_service: is not a known key',
      '4:50 source "a", own_cookie: is not a known key',
      '4:68 source "a", concurrent_sessions: is not a known key',
      '6:47 policy "default", warn_before: is not a known key',
    ],
  ],
  [
    'leave-of-no-source',
    [
      '5:47 policy "a", leave[1]: there is no source "api"',
      '6:63 policy "b", leave[1]: "web" is also among `sources`',
      '6:68 policy "b", leave[2]: names "web" twice',
      '6:68 policy "b", leave[2]: "web" is also among `sources`',
      '7:46 policy "c", leave: leaves no source whose sessions could be read',
      '8:39 policy "d", leave: has no meaning with session: off',
    ],
  ],
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
      '9:16 policy "default", login_url: leads to a page that needs a session itself (policy "a"), so no user could ever log in',
    ],
  ],
  [
    'login-guarded',
    [
      '8:16 policy "default", login_url: leads to a page that needs a session itself (policy "default"), so no user could ever log in',
    ],
  ],
  ['login-javascript', ['8:16 policy "default", login_url: must be an absolute http or https URL']],
  [
    'login-placeholder-in-host',
    [
      '8:16 policy "default", login_url: has a placeholder in the host, so a client could choose where browsers are sent',
    ],
  ],
  [
    'login-placeholder-unknown',
    ['8:16 policy "default", login_url: has an unknown placeholder {return_too}'],
  ],
  [
    'login-protocol-relative',
    ['8:16 policy "default", login_url: must be an absolute http or https URL'],
  ],
  ['login-relative', ['8:16 policy "default", login_url: must be an absolute http or https URL']],
  ['login-space', ['8:16 policy "default", login_url: expected a URL']],
  ['login-userinfo', ['8:16 policy "default", login_url: has a user name before the host']],
  [
    'login-with-limits',
    [
      '5:63 policy "login", idle: has no meaning with session: login',
      '5:73 policy "login", on_expiry: has no meaning with session: login',
      '5:89 policy "login", streams: has no meaning with session: login',
      '5:106 policy "login", passive: has no meaning with session: login',
      '5:138 policy "login", justification: has no meaning with session: login',
      '5:170 policy "login", login_url: has no meaning with session: login',
    ],
  ],
  [
    'many-at-once',
    [
      '3:5 source "web", credential_lifetime: is missing',
      '4:13 source "web", name: an earlier entry has the same name',
      '4:18 source "web", coockie: is not a known key',
      '6:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
      '7:48 policy "b", idle: the idle timeout (13h) is longer than the absolute timeout (12h)',
      '8:16 policy "c", match: is never used: every request that it matches is matched first by "b"',
      '8:75 policy "c", sources[1]: there is no source "wep"',
      '9:45 policy "d", idle: expected a duration such as 15m',
    ],
  ],
  [
    'match-after-catch-all',
    [
      '5:5 policy "first": has no `match`, so it matches every request and the policies after it are never used',
    ],
  ],
  ['match-empty', ['5:23 policy "a", match: an empty list matches nothing']],
  [
    'match-is-a-map',
    ['5:23 policy "a", match: expected a list of matchers, such as [{ path: /login }]'],
  ],
  ['matcher-empty', ['5:24 policy "a", match[1]: is empty, so it would match every request']],
  ['matcher-is-a-string', ['5:24 policy "a", match[1]: expected a map']],
  [
    'merge-key',
    [
      '5:11 policy "default": has no `match`, so it matches every request and the policies after it are never used',
      '6:7 policy "other", <<: is not a known key',
    ],
  ],
  [
    'method-lower-case',
    ['5:36 policy "a", match[1].methods[1]: expected an HTTP method in upper case, such as GET'],
  ],
  ['misplaced-bracket', ['3:40 Unexpected flow-map-start at node end']],
  [
    'more-faults-in-broken-entries',
    [
      '3:5 source "web", credential_lifetime: is missing',
      '3:46 source "web", cookie.domain: a __Host- cookie never has a domain',
      '3:84 source "web", fromat: is not a known key',
      '4:23 source "api", jwt: has no keys to verify tokens with',
      '4:57 source "api", jwt.leeway: expected a duration such as 15m',
      '4:86 source "api", jwt.session_from: cannot be combined with session_claim',
      '4:113 source "api", take: is empty',
      '4:126 source "api", opening: expected first-use or registered',
      '6:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
      '6:45 policy "a", match[2].path: has a dot segment ("." or "..")',
      '6:57 policy "a", idel: is not a known key',
      '6:81 policy "a", return_hosts: has no effect without login_url',
      '7:45 policy "b", idle: the idle timeout (13h) is longer than the absolute timeout (12h)',
      '7:82 policy "b", expose_lifetime: expected true or false',
      '8:53 policy "c", login_url: has no meaning with session: off',
      '8:89 policy "c", mode: expected enforce or observe',
      '9:13 policy "c", name: an earlier entry has the same name',
      '9:48 policy "c", session: expected required, optional, login or off',
      '9:89 policy "c", sources[1]: there is no source "wep"',
      '10:58 policy "default", login_url: must be an absolute http or https URL',
      '10:81 policy "default", cors_origins[1]: expected an origin such as https://shop.example.com',
    ],
  ],
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
  [
    'new-words-unknown',
    [
      '2:13 host_ports: expected ignored',
      '4:48 source "a", cookie.same_site: expected lax, strict or none',
      '4:66 source "a", cookie.partitioned: expected true or false',
      '4:102 source "a", pieces: expected refuse or ignore',
      '4:114 source "a", case: expected any or exact',
      '4:133 source "a", clear_with: an empty list names no cookie',
      '6:36 policy "a", match[1].query: is not a known key',
      '6:68 policy "a", streams: expected passive or active',
      '7:44 policy "b", match[1].header: an empty list matches every request',
      '7:74 policy "b", passive[1].automatic: expected true',
      '7:92 policy "b", passive[2].query.name: is missing',
    ],
  ],
  ['no-sources', ['2:10 sources: is empty, but some policy needs a session']],
  ['not-a-map', ['1:1 expected a map']],
  ['only-comments', ['1:1 the file is empty']],
  ['opening-missing', ['3:5 source "web", opening: is missing']],
  ['opening-unknown', ['3:40 source "web", opening: expected first-use or registered']],
  [
    'openings-zero',
    [
      '6:25 openings.per_second: expected a whole number from 1 to 1000000',
      '6:35 openings.burst: expected a whole number from 1 to 1000000',
    ],
  ],
  ['path-dot-segment', ['5:32 policy "a", match[1].path: has a dot segment ("." or "..")']],
  ['path-double-star-inside', ['5:32 policy "a", match[1].path: "**" must be the last segment']],
  ['path-empty-segment', ['5:32 policy "a", match[1].path: has an empty segment ("//")']],
  [
    'path-relative',
    [
      '5:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
    ],
  ],
  [
    'path-star-in-segment',
    ['5:32 policy "a", match[1].path: "*" must be a whole segment, not a part of one'],
  ],
  [
    'path-with-query',
    [
      '5:32 policy "a", match[1].path: expected a path that begins with "/", without query and spaces',
    ],
  ],
  ['place-missing', ['3:5 source "web": does not say where the credential is']],
  ['policies-empty', ['4:11 policies: is empty']],
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
      '5:53 policy "a", __proto__: is not a known key',
      '5:83 policy "a", constructor: is not a known key',
      '7:1 __proto__: is not a known key',
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
    'same-header-but-for-dot',
    [
      '4:5 source "b": reads the same header "x-session-id" as source "a", and policy "default" uses both, so every credential there would be ambiguous',
    ],
  ],
  [
    'same-header-but-for-underscore',
    [
      '4:5 source "b": reads the same header "x-session-id" as source "a", and policy "default" uses both, so every credential there would be ambiguous',
    ],
  ],
  [
    'same-place-twice',
    [
      '4:5 source "old": reads the same cookie "sid" as source "web", and policy "default" uses both, so every credential there would be ambiguous',
    ],
  ],
  ['scalar', ['1:1 expected a map']],
  ['session-false-with-limits', ['5:55 policy "a", preset: has no meaning with session: off']],
  [
    'session-off-with-limits',
    [
      '5:53 policy "a", idle: has no meaning with session: off',
      '5:63 policy "a", login_url: has no meaning with session: off',
    ],
  ],
  ['session-unknown', ['5:48 policy "a", session: expected required, optional, login or off']],
  ['source-named-twice', ['5:37 policy "default", sources[2]: names "web" twice']],
  ['sources-missing', ['1:1 sources: is missing']],
  [
    'stream-max-without-cut',
    ['5:47 policy "default", stream_max: has no effect with stream_cut: off'],
  ],
  [
    'subject-of-a-client',
    [
      '2:16 subject_names: expected hashed or clear',
      '4:59 source "a", subject: a client can send this header, so it could choose whose session it has',
      '4:69 source "a", subject.header: is the header in which source "b" finds its credential',
      '5:72 source "b", subject.header: is the header in which source "b" finds its credential',
      '6:68 source "c", subject.header: this header does not name a subject',
      '7:112 source "d", subject: does not apply to a jwt',
      '8:57 source "e", subject.header: is missing',
    ],
  ],
  ['tab-indent', ['3:1 Tabs are not allowed as indentation']],
  ['take-nothing', ['3:35 source "a", take: is empty']],
  [
    'touch-interval-too-long',
    [
      '6:21 source "web", touch_interval: is more than half of the idle timeout (1h) of policy "default"',
    ],
  ],
  ['two-documents', ['6:1 the file has more than one document']],
  ['two-places', ['3:31 source "web", header: cannot be combined with cookie']],
  ['unclosed-quote', ['7:1 Missing closing "quote']],
  ['unknown-jwt-key', ['4:36 source "api", jwt.jwks: is not a known key']],
  ['unknown-matcher-key', ['5:26 policy "a", match[1].paths: is not a known key']],
  ['unknown-policy-key', ['5:39 policy "a", idel: is not a known key']],
  ['unknown-source-key', ['6:5 source "web", credential-lifetime: is not a known key']],
  ['unknown-source', ['7:15 policy "a", sources[1]: there is no source "wed"']],
  ['unknown-tag', ['6:8 Unresolved tag: !secret']],
  ['unknown-top-key', ['6:1 polices: is not a known key']],
  [
    'unreachable',
    ['7:5 policy "b", match: is never used: every request that it matches is matched first by "a"'],
  ],
  ['version-missing', ['1:1 version: is missing']],
  ['version-unknown', ['1:10 version: expected 1']],
];

// Files that an earlier version accepted, and what is assumed of each.
const ASSUMED: readonly Row[] = [
  [
    'keys-without-tls',
    [
      '3:57 source "a", jwt.jwks_uri: the keys are not fetched: without TLS, an attacker on the network could replace them and forge tokens',
    ],
  ],
  [
    'login-on-a-doubtful-path',
    [
      '7:58 policy "default", login_url: leads to a page that needs a session itself (policy "app"), so no user could ever log in',
    ],
  ],
  [
    'one-path-twice',
    [
      '6:20 policy "slash", match: is never used: every request that it matches is matched first by "page"',
      '7:19 policy "head", match: is never used: every request that it matches is matched first by "page"',
    ],
  ],
  [
    'passive-out-of-reach',
    [
      '15:9 policy "api", passive[4]: is never used: no request that it matches is judged by this policy',
      '16:9 policy "api", passive[5]: is never used: no request that it matches is judged by this policy',
      '17:9 policy "api", passive[6]: is never used: no request that it matches is judged by this policy',
      '32:9 policy "default", passive[2]: is never used: no request that it matches is judged by this policy',
      '33:9 policy "default", passive[3]: is never used: no request that it matches is judged by this policy',
    ],
  ],
  [
    'per-login-missing',
    [
      '3:21 source "a", jwt.per_login: is missing, and false is assumed: a session that is over stays over until the provider\'s own session ends, however often its user signs in',
    ],
  ],
  [
    'session-from-without-justification',
    [
      '8:5 policy "by-preset", justification: is missing, and it is assumed that source "a" may restart both clocks with each token without `auth_time` (session_from: jti)',
      '12:5 policy "default", justification: is missing, and it is assumed that source "a" may restart both clocks with each token without `auth_time` (session_from: jti)',
    ],
  ],
  [
    'take-with-an-escape',
    [
      '3:52 source "a", take.after: has an escape, but it is looked for in the decoded value, so every credential is malformed',
      '3:68 source "a", take.before: has an escape, but it is looked for in the decoded value, so every credential is malformed',
    ],
  ],
];

// Files that are accepted, with their warnings.
const VALID: readonly Row[] = [
  [
    'anchors',
    [
      '6:5 policy "b", on_expiry: is missing, so a session of source "web" that reaches a limit here ends everywhere, although policy "default" might still accept it',
    ],
  ],
  [
    'by-name-only',
    [
      '5:5 policy "admin", on_expiry: is missing, so a session of source "web" that reaches a limit here ends everywhere, although policy "default" might still accept it',
    ],
  ],
  [
    'capitals-and-final-slash',
    [
      '5:5 policy "grpc", on_expiry: is missing, so a session of source "web" that reaches a limit here ends everywhere, although policy "default" might still accept it',
      '5:35 policy "grpc", match[1].path: has upper-case letters or escapes: if another policy matches the path without them, the stricter limits of both apply',
      '5:60 policy "grpc", match[2].path: matches this path alone',
      '5:77 policy "grpc", match[3].path: has upper-case letters or escapes: if another policy matches the path without them, the stricter limits of both apply',
    ],
  ],
  [
    'challenge',
    [
      '5:58 policy "default", on_expiry: no policy with session: login accepts source "web", so only a new credential ends the challenge',
    ],
  ],
  [
    'cookies-that-rotate',
    [
      '3:24 source "a", cookie: "session" is where Flask, Starlette, gorilla and cookie-session keep the session itself: each new value is a new session, so no absolute timeout is ever reached',
      '6:24 source "d", cookie: "_shop_session" is where Rails keeps the session itself: each new value is a new session, so no absolute timeout is ever reached',
      '8:24 source "f", cookie: "__Secure-authjs.session-token" is issued again by Auth.js whenever its client asks for the session: each new value is a new session, so no absolute timeout is ever reached',
      '9:24 source "g", cookie: "iron-session" is where iron-session keeps the session itself: each new value is a new session, so no absolute timeout is ever reached',
      '11:24 source "i", cookie: "remember-me" is a remember-me cookie, which outlives sessions and may be the same for every login of its user',
      '13:24 source "k", header: names a connection, not a login: clients call without it first, and newer ones never send it',
      '14:24 source "l", cookie: "_oauth2_proxy" is signed again by oauth2-proxy whenever it refreshes the login: each new value is a new session, so no absolute timeout is ever reached',
      '16:24 source "n", cookie: "grafana_session" is replaced by Grafana every few minutes: each new value is a new session, so no absolute timeout is ever reached',
      '17:24 source "o", cookie: "__Host-session" is where Flask, Starlette, gorilla and cookie-session keep the session itself: each new value is a new session, so no absolute timeout is ever reached',
    ],
  ],
  [
    'design-example',
    [
      '20:21 policy "payments", match[1].host: is compared without port and final dot, so a host that has one is judged together with the policy that it would have as it was sent',
      '27:16 policy "payments", login_url: leads to a page that would need a session itself (policy "default") if this proxy serves login.example.com: no user could log in there',
      '31:5 policy "default": /favicon.ico is judged here, so the login page opens a session before the login',
    ],
  ],
  [
    'ends-session',
    [
      '9:34 policy "out", match[1].path: has upper-case letters or escapes: if another policy matches the path without them, the stricter limits of both apply',
      '9:34 policy "out", match[1].path: is a path that servers read in different ways, so a request for it is also judged by policy "lower", which may deny it',
      '9:62 policy "out", match[2]: matches GET, so a restored tab or a link within the site ends the session',
      '9:80 policy "out", match[3]: covers pages that people use, and each request for one ends their session',
    ],
  ],
  ['every-new-key', []],
  ['every-place', []],
  ['every-setting', []],
  ['everything-off', []],
  [
    'expiry-that-is-not-meant',
    [
      '6:5 policy "stricter", on_expiry: is missing, so a session of source "web" that reaches a limit here ends everywhere, although policy "default" might still accept it',
      '7:5 policy "other", on_expiry: is missing, so a session of source "api" that reaches a limit here ends everywhere, although policy "default" might still accept it',
      '9:83 policy "challenged", on_expiry: no policy with session: login accepts source "web", so only a new credential ends the challenge',
      '10:5 policy "default", on_expiry: is missing, so a session of source "api" that reaches a limit here ends everywhere, although policy "other" might still accept it',
    ],
  ],
  ['idle-missing', ['5:5 policy "default", idle: is missing, so there is no idle timeout']],
  ['keys-without-tls', []],
  [
    'literal-paths',
    [
      '5:5 policy "grpc", on_expiry: is missing, so a session of source "web" that reaches a limit here ends everywhere, although policy "default" might still accept it',
    ],
  ],
  [
    'login-elsewhere',
    [
      '7:75 policy "a", login_url: leads to a page with session: off (policy "public"): the login gets the credential of an ended session, may keep it, and then its user is refused for ever',
      '8:75 policy "b", login_url: leads to a page that would need a session itself (policy "default") if this proxy serves elsewhere.test: no user could log in there',
    ],
  ],
  [
    'login-that-ends-sessions',
    [
      '5:26 policy "out", match[1]: matches GET, so a restored tab or a link within the site ends the session',
      '6:5 policy "default": /favicon.ico is judged here, so the login page opens a session before the login',
      '6:58 policy "default", login_url: leads to a page that ends sessions (policy "out"), if this proxy serves elsewhere.test',
    ],
  ],
  [
    'login-on-a-page-without-session',
    [
      '5:37 policy "public", match[1].host: is compared without port and final dot, so a host that has one is judged together with the policy that it would have as it was sent',
      '6:5 policy "default": /favicon.ico is judged here, so the login page opens a session before the login',
      '6:58 policy "default", login_url: leads to a page with session: off (policy "public"): the login gets the credential of an ended session, may keep it, and then its user is refused for ever',
    ],
  ],
  [
    'login-that-covers-work',
    [
      '4:5 source "web": no policy with limits uses this source, so its sessions never end',
      '6:28 policy "login", match[1]: covers pages that people use while they are logged in: these need no session then, and are never activity',
      '6:52 policy "login", match[2]: covers pages that people use while they are logged in: these need no session then, and are never activity',
      '6:65 policy "login", match[3]: covers pages that people use while they are logged in: these need no session then, and are never activity',
      '8:5 policy "default": covers pages that people use while they are logged in: these need no session then, and are never activity',
    ],
  ],
  ['minimal', []],
  [
    'paths-that-look-like-prefixes',
    [
      '5:37 policy "public", match[1].path: matches this path alone',
      '5:57 policy "public", match[2].path: matches one segment below it alone',
      '5:80 policy "public", match[3].path: has upper-case letters or escapes: if another policy matches the path without them, the stricter limits of both apply',
      '5:80 policy "public", match[3].path: matches this path alone',
      '8:38 policy "slashed", match[1].path: matches this path alone',
    ],
  ],
  [
    'per-login-false',
    [
      '3:72 source "a", jwt.per_login: a session that is over stays over until the provider\'s own session ends, however often its user signs in',
    ],
  ],
  ['preset-loosened-with-justification', []],
  [
    'session-that-only-a-login-reads',
    ['4:5 source "b": no policy with limits uses this source, so its sessions never end'],
  ],
  [
    'subjects-of-two-issuers',
    [
      '5:104 source "b", jwt.subject_claim: names subjects of another issuer than source "a": the same text in both is one subject, and is ended and locked as one',
    ],
  ],
  ['two-tokens-kept-apart', []],
  ['unused-source', ['4:5 source "b": no policy uses this source, so it is never read']],
  ['windows-line-ends-and-byte-order-mark', []],
  ['yaml-1.1-off', []],
];

describe('the check of a policy file', () => {
  for (const [fixture, problems] of MISTAKES) {
    it(`refuses ${fixture}`, () => {
      const parsed = parsePolicyFile(read('mistakes', fixture), 'curfew.yaml');
      expect(parsed.kind === 'problems' && shown(parsed.problems)).to.deep.equal(problems);
    });
  }

  for (const [fixture, warnings] of VALID) {
    it(`accepts ${fixture}`, () => {
      const parsed = parsePolicyFile(read('valid', fixture), 'curfew.yaml');
      expect(parsed.kind === 'ok' ? shown(parsed.warnings) : parsed).to.deep.equal(warnings);
      expect(parsed.kind === 'ok' && parsed.assumptions).to.deep.equal([]);
    });
  }

  for (const [fixture, assumptions] of ASSUMED) {
    it(`starts with ${fixture}, and says what is assumed`, () => {
      const parsed = parsePolicyFile(read('assumed', fixture), 'curfew.yaml');
      expect(parsed.kind === 'ok' ? shown(parsed.assumptions) : parsed).to.deep.equal(assumptions);
    });
  }

  it('lists what would be assumed among the problems of a file that cannot be used', () => {
    const text = read('assumed', 'per-login-missing').replace('idle: 1h', 'idle: 13h');
    const parsed = parsePolicyFile(text, 'curfew.yaml');
    expect(parsed.kind === 'problems' ? shown(parsed.problems) : parsed).to.deep.equal([
      ...(ASSUMED.find(([name]) => name === 'per-login-missing')?.[1] ?? []),
      '5:28 policy "default", idle: the idle timeout (13h) is longer than the absolute timeout (12h)',
    ]);
  });

  it('warns of what else it finds in a file that cannot be used', () => {
    const text = read('valid', 'paths-that-look-like-prefixes').replace('absolute: 12h', 'x: 12h');
    const parsed = parsePolicyFile(text, 'curfew.yaml');
    const expected = VALID.find(([name]) => name === 'paths-that-look-like-prefixes')?.[1] ?? [];
    expect(parsed.kind).to.equal('problems');
    expect(shown(parsed.warnings)).to.deep.equal(expected);
  });

  it('does not call a source unused where no policy is written', () => {
    expect(parsePolicyFile(read('mistakes', 'policies-missing'), '').warnings).to.deep.equal([]);
  });

  const notes: readonly Row[] = [
    [
      'keys-without-tls',
      [
        '3:57 source "a", jwt.jwks_uri: the keys are fetched without TLS, so an attacker on the network can replace them and forge tokens',
        '5:5 policy "default": upgrades (WebSockets) and event streams do not count as activity here',
      ],
    ],
    [
      'every-place',
      [
        '5:90 source "c", touch_interval: every request that counts as activity writes to the store, so leases answer none of them',
        '9:5 policy "default": upgrades (WebSockets) and event streams do not count as activity here',
      ],
    ],
    [
      'every-new-key',
      [
        '12:64 policy "login", match[2].host: is as strong as the proxy\'s virtual hosts: if the proxy sends other hosts to the same application, a client chooses the policy by its host',
        '21:5 policy "default": upgrades (WebSockets) and event streams do not count as activity here',
      ],
    ],
    ['everything-off', []],
  ];
  for (const [fixture, expected] of notes) {
    it(`notes what is good to know of ${fixture}`, () => {
      const parsed = parsePolicyFile(read('valid', fixture), 'curfew.yaml');
      expect(parsed.kind === 'ok' ? shown(parsed.notes) : parsed).to.deep.equal(expected);
    });
  }

  for (const fixture of names('earlier').filter((name) => name.endsWith('.yaml'))) {
    it(`starts with ${fixture} of the version before`, () => {
      const text = read('earlier', fixture.replace('.yaml', ''));
      expect(parsePolicyFile(text, 'curfew.yaml').kind).to.equal('ok');
    });
  }

  it('has an expectation for every fixture', () => {
    expect(MISTAKES.map(([name]) => `${name}.yaml`)).to.have.members(names('mistakes'));
    expect(ASSUMED.map(([name]) => `${name}.yaml`)).to.have.members(names('assumed'));
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

function shown(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function names(folder: string): readonly string[] {
  return readdirSync(join(FIXTURES, folder));
}

function read(folder: string, fixture: string): string {
  return readFileSync(join(FIXTURES, folder, `${fixture}.yaml`), 'utf8');
}
