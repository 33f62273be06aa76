import type { Access } from '../admin/access/authenticate.ts';
import { claimsToKeep } from '../admin/access/sso-actor.ts';
import { unknownSources } from '../admin/access/unknown-sources.ts';
import type { AdminDependencies } from '../admin/admin-dependencies.ts';
import type { AdminServer } from '../admin/server/admin-server.ts';
import { monotonicMs } from '../process/clock.ts';
import { programVersion } from '../process/version.ts';
import { hasAdmin } from '../settings/admin-contradictions.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import { createSsoVerifier } from '../tokens/create-sso-verifier.ts';
import { followAdminTokens } from './follow-admin-tokens.ts';
import type { FollowedTokens } from './follow-admin-tokens.ts';
import { followTls } from './follow-tls.ts';
import type { FollowedTls } from './follow-tls.ts';
import type { Shell } from './shell.ts';
import { listening } from './start-servers.ts';
import { ADMIN_TLS, isNarrower, tlsFilesOf } from './tls-files.ts';
import type { TlsVersion } from './tls-files.ts';

/** Administration while it listens. */
export interface RunningAdmin {
  readonly server: AdminServer;
  /** Reads its files again. */
  look(): void;
}

type Parts = Omit<AdminDependencies, 'access' | 'observer' | 'version' | 'monotonicMs'>;

/**
 * Listens for administration, if callers are configured. Its libraries are loaded only then.
 * @throws {StartFault}
 */
export async function startAdmin(
  config: ProcessConfig,
  shell: Shell,
  parts: Parts,
): Promise<RunningAdmin | undefined> {
  if (!hasAdmin(config)) return undefined;
  const path = config.adminTokensFile;
  const sources = (): ReadonlySet<string> =>
    new Set(parts.policies().policies.sources.map(({ name }) => name));
  const tokens = path === undefined ? undefined : await followAdminTokens(path, sources, shell);
  shell.telemetry.admin.rolesRead(unknownSources(config.adminRoles ?? [], sources()));
  const files = {
    cert: config.adminTlsCertFile,
    key: config.adminTlsKeyFile,
    clientCa: config.adminClientCaFile,
  };
  const tls = await followTls(tlsFilesOf(ADMIN_TLS, files), shell.telemetry.tls.admin, shell);
  const access = accessOf(config, tokens, shell);
  const server = await startServer(config, shell, { parts, access }, tls);
  return {
    server,
    look: () => {
      tokens?.look();
      tls?.look();
    },
  };
}

async function startServer(
  config: ProcessConfig,
  { lifecycle, telemetry }: Shell,
  { parts, access }: { readonly parts: Parts; readonly access: Access },
  followed: FollowedTls | undefined,
): Promise<AdminServer> {
  const { createAdminApi } = await import('../admin/create-admin-api.ts');
  const { startAdminServer } = await import('../admin/server/admin-server.ts');
  const observer = telemetry.admin;
  const version = programVersion();
  const api = createAdminApi({ ...parts, access, observer, version, monotonicMs });
  const first = followed?.current;
  const server = await listening('adminAddress', config.adminAddress, () =>
    startAdminServer({
      address: config.adminAddress,
      tls: first?.tls,
      isCertificateRequired: isCertificateRequired(access),
      ask: (url, method, exchange) => api.ask(url, method, exchange),
      observer,
      monotonicMs,
    }),
  );
  lifecycle.opened('admin', () => server.close());
  if (followed === undefined || first === undefined) return server;
  const swap = (next: TlsVersion, before: TlsVersion): void => {
    server.setTls(next.tls);
    if (!isNarrower(next, before)) return;
    telemetry.tls.admin.connectionsRenewed();
    server.renewConnections();
  };
  followed.onSwap(swap);
  // The files may have changed while the server started to listen.
  if (followed.current !== first) swap(followed.current, first);
  return server;
}

function accessOf(config: ProcessConfig, tokens: FollowedTokens | undefined, shell: Shell): Access {
  return {
    tokens: () => tokens?.current.tokens,
    sso: ssoOf(config, shell),
    certificates: config.adminRoles,
  };
}

function ssoOf(
  { adminJwtIssuer, adminJwtAudience, adminJwtKeys, adminJwtRoleClaim }: ProcessConfig,
  { lifecycle, telemetry }: Shell,
): Access['sso'] {
  if (adminJwtIssuer === undefined || adminJwtAudience === undefined) return undefined;
  if (adminJwtKeys === undefined || adminJwtRoleClaim === undefined) return undefined;
  const verifier = createSsoVerifier({
    issuer: adminJwtIssuer,
    audience: adminJwtAudience,
    keys: adminJwtKeys,
    claims: claimsToKeep(adminJwtRoleClaim),
    clock: Date.now,
    observer: telemetry.tokens,
  });
  lifecycle.opened('admin SSO', () => verifier.close());
  return { roleClaim: adminJwtRoleClaim, verify: (token) => verifier.verify(token) };
}

/** A client without a certificate may finish the handshake where it can show something else. */
function isCertificateRequired({ tokens, sso, certificates }: Access): boolean {
  return certificates !== undefined && tokens() === undefined && sso === undefined;
}
