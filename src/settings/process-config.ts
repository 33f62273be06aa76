import type { NamedGrant } from '../admin/access/grant.ts';
import type { StoreLocation } from '../store/store-location.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import type { JwtKeys } from '../terms/credential-place.ts';
import type { TransportKind } from '../transport/start-transport.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How this process runs. Contains no secret, only the names of the files that do; frozen. */
export interface ProcessConfig {
  readonly policyFile: string;
  readonly grpcAddress: ListenAddress;
  /** Set together with the key, or both `undefined`: then the port speaks plain text. */
  readonly grpcTlsCertFile: string | undefined;
  readonly grpcTlsKeyFile: string | undefined;
  /** `undefined`: clients are not asked for a certificate. */
  readonly grpcClientCaFile: string | undefined;
  readonly transport: TransportKind;
  readonly opsAddress: ListenAddress;
  /** Where administration listens, if credentials for it are configured (see `hasAdmin`). */
  readonly adminAddress: ListenAddress;
  /** Set together with the key, or both `undefined`: then the address is on this machine. */
  readonly adminTlsCertFile: string | undefined;
  readonly adminTlsKeyFile: string | undefined;
  readonly adminTokensFile: string | undefined;
  /** Set together with the roles and with TLS. */
  readonly adminClientCaFile: string | undefined;
  /** By the common name of a client's certificate. */
  readonly adminRoles: readonly NamedGrant[] | undefined;
  /** The four are set together: callers may show a token of this issuer. */
  readonly adminJwtIssuer: string | undefined;
  readonly adminJwtAudience: string | undefined;
  readonly adminJwtKeys: JwtKeys | undefined;
  readonly adminJwtRoleClaim: string | undefined;
  readonly store: StoreLocation;
  /** `undefined` with the memory store only: then the key is random. */
  readonly keyFile: string | undefined;
  readonly redisPasswordFile: string | undefined;
  readonly redisCaFile: string | undefined;
  /** Set together with the key, or both `undefined`: then Curfew shows Redis no certificate. */
  readonly redisCertFile: string | undefined;
  readonly redisKeyFile: string | undefined;
  /** What Curfew logs in to Sentinels as; `undefined`: with a password alone, or without one. */
  readonly sentinelUsername: string | undefined;
  readonly sentinelPasswordFile: string | undefined;
  /** How many replicas of Redis have to confirm an end; `undefined`: all that are connected. */
  readonly durableReplicas: number | undefined;
  /** For how many sessions this process may answer itself; 0 = for none. */
  readonly leasesMax: number;
  readonly logLevel: LogLevel;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly decisionBudgetMs: number;
  readonly inFlightMax: number;
  /** `undefined`: connections are never closed for their age. */
  readonly connectionAgeMs: number | undefined;
}

/** What could be read of the settings. */
export type PartialConfig = Readonly<Partial<ProcessConfig>>;
