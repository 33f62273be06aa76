import { parseGrant } from '../admin/access/grant.ts';
import type { NamedGrant } from '../admin/access/grant.ts';
import type { JwtKeys } from '../terms/credential-place.ts';
import { isPlainHttp } from '../terms/plain-http.ts';
import { readListenAddress } from './listen-setting.ts';
import type { ProcessConfig } from './process-config.ts';
import type { Setting, SettingReading } from './setting.ts';
import type { SettingName } from './setting-name.ts';
import { readFilePath, textWithin } from './setting-values.ts';

type AdminField = Extract<keyof ProcessConfig, `admin${string}`>;

const NAME_MAX = 256;

/** Administration: where it listens, and which callers it accepts. */
export const ADMIN_SETTINGS: {
  readonly [Field in AdminField]: Setting<ProcessConfig[Field], SettingName>;
} = {
  adminAddress: {
    name: 'adminAddress',
    flag: '--admin-address',
    placeholder: '<address>',
    variable: 'CURFEW_ADMIN_ADDRESS',
    default: '127.0.0.1:9003',
    help: 'administration over HTTP; off until callers are named by tokens, certificates or an SSO',
    parse: readListenAddress,
  },
  adminTlsCertFile: {
    name: 'adminTlsCertFile',
    flag: '--admin-tls-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_ADMIN_TLS_CERT_FILE',
    default: undefined,
    help: 'PEM file with the certificate of administration; required if it listens off this machine',
    parse: readFilePath,
  },
  adminTlsKeyFile: {
    name: 'adminTlsKeyFile',
    flag: '--admin-tls-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_ADMIN_TLS_KEY_FILE',
    default: undefined,
    help: 'PEM file with the private key of that certificate, without a passphrase',
    parse: readFilePath,
  },
  adminTokensFile: {
    name: 'adminTokensFile',
    flag: '--admin-tokens-file',
    placeholder: '<file>',
    variable: 'CURFEW_ADMIN_TOKENS_FILE',
    default: undefined,
    help: 'callers of administration, one per line: NAME ROLE TOKEN (at least 32 characters)',
    parse: readFilePath,
  },
  adminClientCaFile: {
    name: 'adminClientCaFile',
    flag: '--admin-client-ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_ADMIN_CLIENT_CA_FILE',
    default: undefined,
    help: 'PEM file with the authorities of callers that show a certificate',
    parse: readFilePath,
  },
  adminRoles: {
    name: 'adminRole',
    flag: '--admin-role',
    placeholder: '<CN=ROLE>',
    variable: 'CURFEW_ADMIN_ROLE',
    default: undefined,
    help: 'the role of the certificate with this common name; several are separated by commas',
    isList: true,
    parse: readRoles,
  },
  adminJwtIssuer: {
    name: 'adminJwtIssuer',
    flag: '--admin-jwt-issuer',
    placeholder: '<issuer>',
    variable: 'CURFEW_ADMIN_JWT_ISSUER',
    default: undefined,
    help: 'the issuer of JWTs that callers may show, as in their iss claim',
    parse: textWithin(2_048),
  },
  adminJwtAudience: {
    name: 'adminJwtAudience',
    flag: '--admin-jwt-audience',
    placeholder: '<audience>',
    variable: 'CURFEW_ADMIN_JWT_AUDIENCE',
    default: undefined,
    help: 'the audience that these JWTs must have in their aud claim',
    parse: textWithin(2_048),
  },
  adminJwtKeys: {
    name: 'adminJwtKeys',
    flag: '--admin-jwt-keys',
    placeholder: '<file or URL>',
    variable: 'CURFEW_ADMIN_JWT_KEYS',
    default: undefined,
    help: 'the JWK set that verifies them: a file, or an https URL',
    parse: readKeys,
  },
  adminJwtRoleClaim: {
    name: 'adminJwtRoleClaim',
    flag: '--admin-jwt-role-claim',
    placeholder: '<claim>',
    variable: 'CURFEW_ADMIN_JWT_ROLE_CLAIM',
    default: undefined,
    help: 'the claim that names the role, or a list with it; nested ones as in realm_access.roles',
    parse: textWithin(256),
  },
};

/** Reads `CN=ROLE` pairs. A common name may contain `=`, but no comma. */
function readRoles(text: string): SettingReading<readonly NamedGrant[]> {
  const named: NamedGrant[] = [];
  for (const [index, pair] of text.split(',').entries()) {
    const which = `entry ${index + 1}`;
    const at = pair.lastIndexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === '' || name.length > NAME_MAX) {
      return { problem: `is not a list of CN=ROLE (${which}); write ops-console=operator` };
    }
    const grant = parseGrant(pair.slice(at + 1).trim());
    if (typeof grant === 'string') return { problem: `${grant} (${which})` };
    if (named.some((other) => other.name === name)) {
      return { problem: `gives "${name}" two roles; keep one of them` };
    }
    named.push({ name, grant });
  }
  return { value: named };
}

function readKeys(text: string): SettingReading<JwtKeys> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { value: { kind: 'file', path: text } };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
    return { problem: 'is neither a file nor an https URL of a JWK set' };
  }
  if (isPlainHttp(url))
    return { problem: 'needs https: keys are fetched without TLS from this machine only' };
  return { value: { kind: 'uri', uri: text, plainHttp: 'refused' } };
}
