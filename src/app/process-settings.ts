/** The name of a setting; also the key under which the command line's parser hands over its flag. */
export type SettingName =
  | 'config'
  | 'grpcAddress'
  | 'opsAddress'
  | 'adminAddress'
  | 'store'
  | 'keyFile'
  | 'redisPasswordFile'
  | 'redisCaFile'
  | 'logLevel'
  | 'drainDelay'
  | 'drainTimeout'
  | 'decisionBudget'
  | 'inFlightMax'
  | 'connectionAge';

/** One setting of the process: a flag, the environment variable that mirrors it, and the default. */
export interface ProcessSetting {
  readonly name: SettingName;
  readonly flag: string;
  /** What stands for the value in the help text. */
  readonly placeholder: string;
  readonly variable: string;
  /** As somebody would write it; `undefined` = not set. */
  readonly default: string | undefined;
  readonly help: string;
}

/** All settings of the process. Everything else is in the policy file. */
export const PROCESS_SETTINGS: readonly ProcessSetting[] = [
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
    help: "close Envoy's connections at this age, to spread them anew; needs a retry policy in Envoy",
  },
];

/** Values as text, by setting; what is left out is not set. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The setting of that name. */
export function settingNamed(name: SettingName): ProcessSetting {
  const setting = PROCESS_SETTINGS.find((one) => one.name === name);
  if (setting === undefined) throw new TypeError(`no setting ${name}`);
  return setting;
}

/** What somebody has set, and where: the flag first, then the environment, then the default. An empty variable is none. */
export function settingText(
  name: SettingName,
  flags: SettingTexts,
  environment: Environment,
): { readonly text: string | undefined; readonly from: string } {
  const setting = settingNamed(name);
  const flag = flags[name];
  if (flag !== undefined) return { text: flag, from: setting.flag };
  const value = environment[setting.variable];
  if (value !== undefined && value !== '') return { text: value, from: setting.variable };
  return { text: setting.default, from: setting.flag };
}
