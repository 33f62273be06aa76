import { expect } from 'chai';
import {
  ProcessConfigError,
  parseProcessConfig,
} from '../../../src/settings/parse-process-config.ts';
import type { SettingTexts } from '../../../src/settings/process-settings.ts';

function problemsOf(flags: SettingTexts): readonly string[] {
  try {
    parseProcessConfig(flags, {});
    return [];
  } catch (error) {
    if (error instanceof ProcessConfigError) return error.problems;
    throw error;
  }
}

const TLS = { adminTlsCertFile: 'c', adminTlsKeyFile: 'k' } as const;
const JWT = {
  adminJwtIssuer: 'i',
  adminJwtAudience: 'a',
  adminJwtKeys: 'k',
  adminJwtRoleClaim: 'roles',
} as const;

describe('the settings of administration', () => {
  describe('are accepted', () => {
    const table: readonly (readonly [string, SettingTexts])[] = [
      ['with a tokens file alone', { adminTokensFile: 't' }],
      ['with an SSO alone', JWT],
      ['with certificates alone', { ...TLS, adminClientCaFile: 'a', adminRole: 'x=viewer' }],
      ['with all of them', { ...TLS, ...JWT, adminClientCaFile: 'a', adminRole: 'x=viewer' }],
      ['on a socket', { adminTokensFile: 't', adminAddress: 'unix:/a.sock' }],
      ['on IPv6 loopback', { adminTokensFile: 't', adminAddress: '[::1]:9003' }],
      ['on localhost', { adminTokensFile: 't', adminAddress: 'LocalHost:9003' }],
      ['off this machine with TLS', { ...TLS, adminTokensFile: 't', adminAddress: '0.0.0.0:9003' }],
    ];
    for (const [what, flags] of table) {
      it(what, () => expect(problemsOf(flags)).to.deep.equal([]));
    }
  });

  describe('are refused', () => {
    const table: readonly (readonly [string, SettingTexts, RegExp])[] = [
      [
        'in plain text off this machine',
        { adminTokensFile: 't', adminAddress: '0.0.0.0:9003' },
        /^--admin-address is not on this machine, so --admin-tls-cert-file is required/,
      ],
      [
        'in plain text on another host',
        { adminTokensFile: 't', adminAddress: 'curfew:9003' },
        /is not on this machine/,
      ],
      [
        'in plain text on every IPv6 interface',
        { adminTokensFile: 't', adminAddress: '[::]:9003' },
        /is not on this machine/,
      ],
      [
        'as an address without callers',
        { adminAddress: '127.0.0.1:9003' },
        /^--admin-address has no effect without callers; give --admin-tokens-file, /,
      ],
      ['as TLS without callers', TLS, /^--admin-tls-cert-file has no effect without callers/],
      [
        'as a certificate without its key',
        { adminTokensFile: 't', adminTlsCertFile: 'c' },
        /^--admin-tls-key-file is required with --admin-tls-cert-file$/,
      ],
      [
        'as authorities without roles',
        { ...TLS, adminClientCaFile: 'a' },
        /^--admin-role is required with --admin-client-ca-file$/,
      ],
      [
        'as roles without authorities',
        { ...TLS, adminTokensFile: 't', adminRole: 'x=viewer' },
        /^--admin-client-ca-file is required with --admin-role$/,
      ],
      [
        'as the address of checks',
        { adminTokensFile: 't', adminAddress: '127.0.0.1:9001' },
        /^--admin-address is the same address as --grpc-address$/,
      ],
      [
        'with a role that is not one',
        { adminRole: 'x=root', adminTokensFile: 't' },
        /names a role/,
      ],
      ['with a role for no name', { adminRole: '=viewer', adminTokensFile: 't' }, /CN=ROLE/],
      [
        'with two roles for one name',
        { ...TLS, adminClientCaFile: 'a', adminRole: 'x=viewer,x=operator' },
        /^--admin-role gives "x" two roles/,
      ],
      ['with keys over ftp', { ...JWT, adminJwtKeys: 'ftp://a/b' }, /neither a file nor an https/],
      ['with keys without TLS', { ...JWT, adminJwtKeys: 'http://idp/b' }, /needs https/],
      ['with a password in the URL', { ...JWT, adminJwtKeys: 'https://u:p@idp/b' }, /neither/],
    ];
    for (const [what, flags, words] of table) {
      it(what, () => {
        const found = problemsOf(flags).filter((problem) => words.test(problem));
        expect(found, JSON.stringify(problemsOf(flags))).to.have.length(1);
      });
    }

    for (const missing of Object.keys(JWT) as (keyof typeof JWT)[]) {
      it(`as an SSO without ${missing}`, () => {
        const { [missing]: _, ...rest } = JWT;
        expect(problemsOf(rest)).to.have.length(1);
        expect(problemsOf(rest)[0]).to.match(/^--admin-jwt-[a-z-]+ is required with --admin-jwt-/);
      });
    }
  });

  it('need TLS for certificates', () => {
    expect(problemsOf({ adminClientCaFile: 'a', adminRole: 'x=viewer' })).to.deep.equal([
      '--admin-tls-cert-file is required with --admin-client-ca-file',
      '--admin-tls-key-file is required with --admin-client-ca-file',
    ]);
  });

  it('leave a default address alone that another port uses, while administration is off', () => {
    expect(problemsOf({ opsAddress: '127.0.0.1:9003' })).to.deep.equal([]);
    expect(problemsOf({ opsAddress: '127.0.0.1:9003', adminTokensFile: 't' })).to.deep.equal([
      '--admin-address is the same address as --ops-address',
    ]);
  });
});
