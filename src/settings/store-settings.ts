import { parseStoreLocation } from '../store/parse-store-location.ts';
import type { StoreLocation } from '../store/store-location.ts';
import type { ProcessConfig } from './process-config.ts';
import type { Setting, SettingReading } from './setting.ts';
import type { SettingName } from './setting-name.ts';
import { numberWithin, readFilePath } from './setting-values.ts';

type StoreField =
  | 'store'
  | 'keyFile'
  | 'redisPasswordFile'
  | 'redisCaFile'
  | 'redisCertFile'
  | 'redisKeyFile'
  | 'sentinelUsername'
  | 'sentinelPasswordFile'
  | 'durableReplicas'
  | 'leasesMax';

/** Where the sessions are, and the secrets that reaching them needs. */
export const STORE_SETTINGS: {
  readonly [Field in StoreField]: Setting<ProcessConfig[Field], SettingName>;
} = {
  store: {
    name: 'store',
    flag: '--store',
    placeholder: '<url>',
    variable: 'CURFEW_STORE',
    default: 'memory:',
    help: 'memory: (one process, lost at restart), redis://host:port, redis+sentinel://host,host/name or redis+cluster://host,host, without a password; rediss… with TLS',
    parse: readStore,
  },
  keyFile: {
    name: 'keyFile',
    flag: '--key-file',
    placeholder: '<file>',
    variable: 'CURFEW_KEY_FILE',
    default: undefined,
    help: 'secrets that name the sessions, hex or base64, one per line, newest first; required with Redis',
    parse: readFilePath,
  },
  redisPasswordFile: {
    name: 'redisPasswordFile',
    flag: '--redis-password-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_PASSWORD_FILE',
    default: undefined,
    help: 'file with the password of Redis',
    parse: readFilePath,
  },
  redisCaFile: {
    name: 'redisCaFile',
    flag: '--redis-ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_CA_FILE',
    default: undefined,
    help: "PEM file with the authorities to trust for rediss://, instead of the system's",
    parse: readFilePath,
  },
  redisCertFile: {
    name: 'redisCertFile',
    flag: '--redis-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_CERT_FILE',
    default: undefined,
    help: 'PEM file with the certificate to show to a Redis that has tls-auth-clients on',
    parse: readFilePath,
  },
  redisKeyFile: {
    name: 'redisKeyFile',
    flag: '--redis-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_KEY_FILE',
    default: undefined,
    help: 'PEM file with the private key of that certificate, without a passphrase',
    parse: readFilePath,
  },
  sentinelUsername: {
    name: 'sentinelUsername',
    flag: '--sentinel-username',
    placeholder: '<name>',
    variable: 'CURFEW_SENTINEL_USERNAME',
    default: undefined,
    help: 'user of the Sentinels; the user in the store URL is that of Redis',
    parse: readUsername,
  },
  sentinelPasswordFile: {
    name: 'sentinelPasswordFile',
    flag: '--sentinel-password-file',
    placeholder: '<file>',
    variable: 'CURFEW_SENTINEL_PASSWORD_FILE',
    default: undefined,
    help: 'file with the password of the Sentinels, if they require one',
    parse: readFilePath,
  },
  durableReplicas: {
    name: 'durableReplicas',
    flag: '--durable-replicas',
    placeholder: '<number>',
    variable: 'CURFEW_DURABLE_REPLICAS',
    default: undefined,
    help: 'replicas of Redis that must confirm an end before it is durable; default: all that are connected',
    parse: numberWithin({ min: 1, max: 100 }),
  },
  leasesMax: {
    name: 'leasesMax',
    flag: '--leases-max',
    placeholder: '<number>',
    variable: 'CURFEW_LEASES_MAX',
    default: '20000',
    help: 'sessions for which this replica may answer itself for max_staleness, about 500 bytes each; 0: it always asks',
    parse: numberWithin({ min: 0, max: 1_000_000 }),
  },
};

function readUsername(text: string): SettingReading<string> {
  const isName = /^[^\s\p{Cc}]{1,256}$/u.test(text);
  return isName ? { value: text } : { problem: 'is not the name of a user' };
}

function readStore(text: string): SettingReading<StoreLocation> {
  const location = parseStoreLocation(text);
  return typeof location === 'string' ? { problem: location } : { value: location };
}
