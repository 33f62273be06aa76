import type { Setting } from './setting.ts';

/** The name of a setting; also the key under which the command line's parser hands over its flag. */
export type SettingName =
  | 'config'
  | 'grpcAddress'
  | 'grpcTlsCertFile'
  | 'grpcTlsKeyFile'
  | 'grpcClientCaFile'
  | 'transport'
  | 'opsAddress'
  | 'adminAddress'
  | 'store'
  | 'keyFile'
  | 'redisPasswordFile'
  | 'redisCaFile'
  | 'redisCertFile'
  | 'redisKeyFile'
  | 'logLevel'
  | 'drainDelay'
  | 'drainTimeout'
  | 'decisionBudget'
  | 'inFlightMax'
  | 'connectionAge';

/** All settings of the process. Everything else is in the policy file. */
export const PROCESS_SETTINGS: readonly Setting<SettingName>[] = [
  {
    name: 'config',
    flag: '--config',
    placeholder: '<file>',
    variable: 'CURFEW_CONFIG',
    default: 'curfew.yaml',
    help: 'the policy file',
  },
  {
    name: 'grpcAddress',
    flag: '--grpc-address',
    placeholder: '<address>',
    variable: 'CURFEW_GRPC_ADDRESS',
    default: '127.0.0.1:9001',
    help: 'where Envoy asks: host:port or unix:/path',
  },
  {
    name: 'grpcTlsCertFile',
    flag: '--grpc-tls-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_GRPC_TLS_CERT_FILE',
    default: undefined,
    help: 'PEM file with the certificate that Envoy is shown, then those that lead to its authority',
  },
  {
    name: 'grpcTlsKeyFile',
    flag: '--grpc-tls-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_GRPC_TLS_KEY_FILE',
    default: undefined,
    help: 'PEM file with the private key of that certificate, without a passphrase',
  },
  {
    name: 'grpcClientCaFile',
    flag: '--grpc-client-ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_GRPC_CLIENT_CA_FILE',
    default: undefined,
    help: 'PEM file with the authorities of clients: who has no certificate of theirs may not ask',
  },
  {
    name: 'transport',
    flag: '--transport',
    placeholder: '<name>',
    variable: 'CURFEW_TRANSPORT',
    default: 'fast',
    help: "fast (Curfew's own server for unary gRPC) or grpc-js (the reference implementation)",
  },
  {
    name: 'opsAddress',
    flag: '--ops-address',
    placeholder: '<address>',
    variable: 'CURFEW_OPS_ADDRESS',
    default: '127.0.0.1:9002',
    help: '/metrics, /livez and /readyz',
  },
  {
    name: 'adminAddress',
    flag: '--admin-address',
    placeholder: '<address>',
    variable: 'CURFEW_ADMIN_ADDRESS',
    default: '127.0.0.1:9003',
    help: 'the administration API, which is off without credentials for it',
  },
  {
    name: 'store',
    flag: '--store',
    placeholder: '<url>',
    variable: 'CURFEW_STORE',
    default: 'memory:',
    help: 'memory: (one process, lost at restart), redis:// or rediss://, without a password',
  },
  {
    name: 'keyFile',
    flag: '--key-file',
    placeholder: '<file>',
    variable: 'CURFEW_KEY_FILE',
    default: undefined,
    help: 'secrets that name the sessions, hex or base64, one a line, newest first; required with Redis',
  },
  {
    name: 'redisPasswordFile',
    flag: '--redis-password-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_PASSWORD_FILE',
    default: undefined,
    help: 'file with the password of Redis',
  },
  {
    name: 'redisCaFile',
    flag: '--redis-ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_CA_FILE',
    default: undefined,
    help: 'PEM file with the authorities to trust for rediss://, instead of the usual ones',
  },
  {
    name: 'redisCertFile',
    flag: '--redis-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_CERT_FILE',
    default: undefined,
    help: 'PEM file with the certificate that a Redis with tls-auth-clients is shown',
  },
  {
    name: 'redisKeyFile',
    flag: '--redis-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_REDIS_KEY_FILE',
    default: undefined,
    help: 'PEM file with the private key of that certificate, without a passphrase',
  },
  {
    name: 'logLevel',
    flag: '--log-level',
    placeholder: '<level>',
    variable: 'CURFEW_LOG_LEVEL',
    default: 'info',
    help: 'fatal, error, warn, info, or debug (which logs allowed requests too)',
  },
  {
    name: 'drainDelay',
    flag: '--drain-delay',
    placeholder: '<duration>',
    variable: 'CURFEW_DRAIN_DELAY',
    default: '5s',
    help: 'between not ready and closing: long enough for health checks to see it',
  },
  {
    name: 'drainTimeout',
    flag: '--drain-timeout',
    placeholder: '<duration>',
    variable: 'CURFEW_DRAIN_TIMEOUT',
    default: '10s',
    help: 'the longest wait for the checks in flight after that',
  },
  {
    name: 'decisionBudget',
    flag: '--decision-budget',
    placeholder: '<duration>',
    variable: 'CURFEW_DECISION_BUDGET',
    default: '150ms',
    help: 'the longest that one check may take; keep it below the timeout in Envoy',
  },
  {
    name: 'inFlightMax',
    flag: '--in-flight-max',
    placeholder: '<number>',
    variable: 'CURFEW_IN_FLIGHT_MAX',
    default: '512',
    help: 'checks at the same time; more are refused at once, without a verdict',
  },
  {
    name: 'connectionAge',
    flag: '--connection-age',
    placeholder: '<duration>',
    variable: 'CURFEW_CONNECTION_AGE',
    default: 'off',
    help: "close Envoy's connections at this age, to spread them anew; with grpc-js Envoy must retry",
  },
];

/** Values as text, by setting; what is left out is not set. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;
