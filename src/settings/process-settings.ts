import { TRANSPORTS } from '../transport/start-transport.ts';
import { ADMIN_SETTINGS } from './admin-settings.ts';
import { readListenAddress } from './listen-setting.ts';
import { LOG_LEVELS } from './process-config.ts';
import type { ProcessConfig } from './process-config.ts';
import type { Setting } from './setting.ts';
import type { SettingName } from './setting-name.ts';
import {
  durationOrOff,
  durationWithin,
  numberWithin,
  oneOf,
  readFilePath,
} from './setting-values.ts';
import { STORE_SETTINGS } from './store-settings.ts';

/** All settings of the process, by the part of the configuration that each one sets. */
type SettingsByField = {
  readonly [Field in keyof ProcessConfig]: Setting<ProcessConfig[Field], SettingName>;
};

/** Everything that is not in the policy file. A row has all that there is to know of its setting. */
export const SETTINGS_BY_FIELD: SettingsByField = {
  policyFile: {
    name: 'config',
    flag: '--config',
    placeholder: '<file>',
    variable: 'CURFEW_CONFIG',
    default: 'curfew.yaml',
    help: 'the policy file',
    parse: readFilePath,
  },
  grpcAddress: {
    name: 'grpcAddress',
    flag: '--grpc-address',
    placeholder: '<address>',
    variable: 'CURFEW_GRPC_ADDRESS',
    default: '127.0.0.1:9001',
    help: 'where Envoy asks: host:port or unix:/path',
    parse: readListenAddress,
  },
  grpcTlsCertFile: {
    name: 'grpcTlsCertFile',
    flag: '--grpc-tls-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_GRPC_TLS_CERT_FILE',
    default: undefined,
    help: 'PEM file with the certificate to show to Envoy, then those that lead to its authority',
    parse: readFilePath,
  },
  grpcTlsKeyFile: {
    name: 'grpcTlsKeyFile',
    flag: '--grpc-tls-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_GRPC_TLS_KEY_FILE',
    default: undefined,
    help: 'PEM file with the private key of that certificate, without a passphrase',
    parse: readFilePath,
  },
  grpcClientCaFile: {
    name: 'grpcClientCaFile',
    flag: '--grpc-client-ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_GRPC_CLIENT_CA_FILE',
    default: undefined,
    help: 'PEM file with the authorities of clients: a client without a certificate of theirs is refused',
    parse: readFilePath,
  },
  transport: {
    name: 'transport',
    flag: '--transport',
    placeholder: '<name>',
    variable: 'CURFEW_TRANSPORT',
    default: 'fast',
    help: "fast (Curfew's own server for unary gRPC) or grpc-js (the reference implementation)",
    parse: oneOf('a transport', TRANSPORTS),
  },
  opsAddress: {
    name: 'opsAddress',
    flag: '--ops-address',
    placeholder: '<address>',
    variable: 'CURFEW_OPS_ADDRESS',
    default: '127.0.0.1:9002',
    help: '/metrics, /livez and /readyz',
    parse: readListenAddress,
  },
  ...ADMIN_SETTINGS,
  ...STORE_SETTINGS,
  logLevel: {
    name: 'logLevel',
    flag: '--log-level',
    placeholder: '<level>',
    variable: 'CURFEW_LOG_LEVEL',
    default: 'info',
    help: 'fatal, error, warn, info, or debug (which logs allowed requests too)',
    parse: oneOf('a log level', LOG_LEVELS),
  },
  drainDelayMs: {
    name: 'drainDelay',
    flag: '--drain-delay',
    placeholder: '<duration>',
    variable: 'CURFEW_DRAIN_DELAY',
    default: '5s',
    help: 'the wait between not ready and closing: long enough for health checks to notice',
    parse: durationWithin({ minMs: 0, maxMs: 300_000 }),
  },
  drainTimeoutMs: {
    name: 'drainTimeout',
    flag: '--drain-timeout',
    placeholder: '<duration>',
    variable: 'CURFEW_DRAIN_TIMEOUT',
    default: '10s',
    help: 'the longest wait after that for the checks in flight',
    parse: durationWithin({ minMs: 100, maxMs: 300_000 }),
  },
  decisionBudgetMs: {
    name: 'decisionBudget',
    flag: '--decision-budget',
    placeholder: '<duration>',
    variable: 'CURFEW_DECISION_BUDGET',
    default: '150ms',
    help: 'the longest time that one check may take; keep it below the timeout in Envoy',
    parse: durationWithin({ minMs: 20, maxMs: 10_000 }),
  },
  inFlightMax: {
    name: 'inFlightMax',
    flag: '--in-flight-max',
    placeholder: '<number>',
    variable: 'CURFEW_IN_FLIGHT_MAX',
    default: '512',
    help: 'checks at the same time; more are refused at once, without a verdict',
    parse: numberWithin({ min: 1, max: 100_000 }),
  },
  connectionAgeMs: {
    name: 'connectionAge',
    flag: '--connection-age',
    placeholder: '<duration>',
    variable: 'CURFEW_CONNECTION_AGE',
    default: 'off',
    help: "close Envoy's connections at this age, to spread them again; with grpc-js Envoy must retry",
    parse: durationOrOff({ minMs: 1_000, maxMs: 86_400_000 }),
  },
};

/** The same settings in the order of the help. */
export const PROCESS_SETTINGS: readonly SettingsByField[keyof ProcessConfig][] =
  Object.values(SETTINGS_BY_FIELD);

/** Values as text, by setting; what is left out is not set. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;
