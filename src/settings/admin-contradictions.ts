import type { ListenAddress } from '../transport/listen-address.ts';
import { ADMIN_SETTINGS } from './admin-settings.ts';
import type { PartialConfig, ProcessConfig } from './process-config.ts';

type AdminField = keyof typeof ADMIN_SETTINGS;

/** Every address of 127.0.0.0/8 is this machine (RFC 1122 section 3.2.1.3). */
const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
const JWT = ['adminJwtIssuer', 'adminJwtAudience', 'adminJwtKeys', 'adminJwtRoleClaim'] as const;

/** Whether administration is on: some callers are named. Without them it could answer no call. */
export function hasAdmin(
  config: Partial<Pick<ProcessConfig, 'adminTokensFile' | 'adminClientCaFile' | 'adminJwtIssuer'>>,
): boolean {
  const { adminTokensFile, adminClientCaFile, adminJwtIssuer } = config;
  return [adminTokensFile, adminClientCaFile, adminJwtIssuer].some((one) => one !== undefined);
}

/**
 * What is wrong with the settings of administration together. A setting that can have no effect is
 * refused: it may be what was meant to protect the port.
 * @param given the settings that are not defaults
 */
export function adminContradictions(
  config: PartialConfig,
  given: ReadonlySet<keyof ProcessConfig>,
): readonly string[] {
  const has = (field: AdminField): boolean => given.has(field);
  const problems: string[] = [];
  const needs = (fields: readonly AdminField[], missing: readonly AdminField[]): void => {
    const one = fields.find(has);
    if (one === undefined) return;
    for (const field of missing) {
      if (!has(field)) problems.push(`${flagOf(field)} is required with ${flagOf(one)}`);
    }
  };
  const tls = ['adminTlsCertFile', 'adminTlsKeyFile'] as const;
  needs([...tls, 'adminClientCaFile'], tls);
  needs(['adminRoles'], ['adminClientCaFile']);
  needs(['adminClientCaFile'], ['adminRoles']);
  needs(JWT, JWT);
  if (has('adminTokensFile') || has('adminClientCaFile') || JWT.some(has)) {
    const { adminAddress } = config;
    if (adminAddress !== undefined && !has('adminTlsCertFile') && !isOnThisMachine(adminAddress)) {
      problems.push(
        `${flagOf('adminAddress')} is not on this machine, so ${flagOf('adminTlsCertFile')} is ` +
          'required: callers send their tokens',
      );
    }
    return problems;
  }
  const idle = (['adminAddress', ...tls] as const).find(has);
  if (idle !== undefined) {
    problems.push(
      `${flagOf(idle)} has no effect without callers; give ${flagOf('adminTokensFile')}, ` +
        `${flagOf('adminClientCaFile')} or ${flagOf('adminJwtIssuer')}`,
    );
  }
  return problems;
}

function isOnThisMachine(address: ListenAddress): boolean {
  return address.kind === 'unix' || THIS_MACHINE.test(address.host);
}

function flagOf(field: AdminField): string {
  return ADMIN_SETTINGS[field].flag;
}
