import { parseListenSetting } from './listen-setting.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import { TRANSPORTS } from '../transport/start-transport.ts';
import type { TransportKind } from '../transport/start-transport.ts';
import { settingNamed, settingText } from './setting-text.ts';
import type { Environment, SettingName, SettingTexts } from './process-settings.ts';
import { parseDurationSetting, parseNumberSetting } from './setting-values.ts';
import { parseStoreLocation } from './store-location.ts';
import type { StoreLocation } from './store-location.ts';
import { warnOfUnknownVariables } from './unknown-variables.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How this process runs. Contains no secret, only the names of the files that do; frozen. */
export interface ProcessConfig {
  readonly policyFile: string;
  readonly grpcAddress: ListenAddress;
  /** Set together, or both `undefined`: then the port speaks plain text. */
  readonly grpcTlsCertFile: string | undefined;
  readonly grpcTlsKeyFile: string | undefined;
  /** `undefined`: clients are not asked for a certificate. */
  readonly grpcClientCaFile: string | undefined;
  readonly transport: TransportKind;
  readonly opsAddress: ListenAddress;
  readonly adminAddress: ListenAddress;
  readonly store: StoreLocation;
  /** `undefined` with the memory store only: then the key is random. */
  readonly keyFile: string | undefined;
  readonly redisPasswordFile: string | undefined;
  readonly redisCaFile: string | undefined;
  /** Set together, or both `undefined`: then Redis is shown no certificate. */
  readonly redisCertFile: string | undefined;
  readonly redisKeyFile: string | undefined;
  readonly logLevel: LogLevel;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly decisionBudgetMs: number;
  readonly inFlightMax: number;
  /** `undefined`: connections are never closed for their age. */
  readonly connectionAgeMs: number | undefined;
}

/** The settings contradict each other or cannot be read. Lists every problem at once. */
export class ProcessConfigError extends Error {
  readonly code = 'ERR_PROCESS_CONFIG';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ProcessConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the settings of the process, flag before environment before default, and warns of what has no effect.
 * @throws {ProcessConfigError}
 */
export function parseProcessConfig(
  flags: SettingTexts,
  environment: Environment,
): { readonly config: ProcessConfig; readonly warnings: readonly string[] } {
  const problems: string[] = [];
  const read = <T>(name: SettingName, parse: (text: string) => T | string): T | undefined => {
    const { text, from } = settingText(settingNamed(name), flags, environment);
    if (text === undefined) return undefined;
    const value = text === '' ? 'is empty' : parse(text);
    if (typeof value !== 'string') return value;
    problems.push(`${from} ${value}`);
    return undefined;
  };
  const file = (name: SettingName) => read(name, (path) => ({ path }))?.path;
  const parsed = {
    policyFile: file('config'),
    grpcAddress: read('grpcAddress', parseListenSetting),
    grpcTlsCertFile: file('grpcTlsCertFile'),
    grpcTlsKeyFile: file('grpcTlsKeyFile'),
    grpcClientCaFile: file('grpcClientCaFile'),
    transport: read('transport', parseTransport)?.kind,
    opsAddress: read('opsAddress', parseListenSetting),
    adminAddress: read('adminAddress', parseListenSetting),
    store: read('store', parseStoreLocation),
    keyFile: file('keyFile'),
    redisPasswordFile: file('redisPasswordFile'),
    redisCaFile: file('redisCaFile'),
    redisCertFile: file('redisCertFile'),
    redisKeyFile: file('redisKeyFile'),
    logLevel: read('logLevel', parseLogLevel)?.level,
    drainDelayMs: read('drainDelay', parseDurationSetting({ minMs: 0, maxMs: 300_000 }))?.ms,
    drainTimeoutMs: read('drainTimeout', parseDurationSetting({ minMs: 100, maxMs: 300_000 }))?.ms,
    decisionBudgetMs: read('decisionBudget', parseDurationSetting({ minMs: 20, maxMs: 10_000 }))
      ?.ms,
    inFlightMax: read('inFlightMax', parseNumberSetting({ min: 1, max: 100_000 })),
    connectionAgeMs: read('connectionAge', parseConnectionAge)?.ms,
  };
  problems.push(...contradictionsOf(parsed));
  if (problems.length > 0) throw new ProcessConfigError(problems);
  const warnings = [...warnOfUnknownVariables(environment), ...idleSettingsOf(parsed)];
  return { config: Object.freeze(parsed as ProcessConfig), warnings };
}

type Parsed = { readonly [Name in keyof ProcessConfig]: ProcessConfig[Name] | undefined };

function contradictionsOf(parsed: Parsed): string[] {
  const problems: string[] = [];
  const flag = (name: SettingName) => settingNamed(name).flag;
  if (parsed.store?.kind === 'redis' && parsed.keyFile === undefined) {
    problems.push(
      `${flag('keyFile')} is required with Redis: all replicas name sessions with the same secret; ` +
        'make one with: openssl rand -hex 32 > curfew.key',
    );
  }
  problems.push(...halvesOfTls(parsed));
  const taken = new Map<string, SettingName>();
  for (const name of ['grpcAddress', 'opsAddress', 'adminAddress'] as const) {
    const address = parsed[name];
    if (address === undefined || (address.kind === 'tcp' && address.port === 0)) continue;
    const text = JSON.stringify(address);
    const other = taken.get(text);
    if (other !== undefined) problems.push(`${flag(name)} is the same address as ${flag(other)}`);
    taken.set(text, name);
  }
  return problems;
}

/** What is given of TLS without what it needs. Nothing is guessed: the port would speak plain text, or trust anybody. */
function halvesOfTls(parsed: Parsed): string[] {
  return [
    ...halvesOf(parsed, ['grpcTlsCertFile', 'grpcTlsKeyFile'], 'grpcClientCaFile'),
    ...halvesOf(parsed, ['redisCertFile', 'redisKeyFile']),
  ];
}

function halvesOf(
  parsed: Parsed,
  names: readonly (SettingName & keyof Parsed)[],
  more?: SettingName & keyof Parsed,
): string[] {
  const all = more === undefined ? names : [...names, more];
  const given = all.find((name) => parsed[name] !== undefined);
  if (given === undefined) return [];
  return names
    .filter((name) => parsed[name] === undefined)
    .map((name) => `${settingNamed(name).flag} is required with ${settingNamed(given).flag}`);
}

function idleSettingsOf(parsed: Parsed): string[] {
  const ofTls = ['redisCaFile', 'redisCertFile', 'redisKeyFile'] as const;
  const idle = (names: readonly (SettingName & keyof Parsed)[], why: string) =>
    names
      .filter((name) => parsed[name] !== undefined)
      .map((name) => `${settingNamed(name).flag} has no effect with ${why}`);
  if (parsed.store?.kind !== 'memory') {
    const isPlain = parsed.store?.url.startsWith('redis://') === true;
    return isPlain ? idle(ofTls, 'redis://; write rediss:// for TLS') : [];
  }
  return idle(['redisPasswordFile', ...ofTls], '--store memory:');
}

function parseLogLevel(text: string): { readonly level: LogLevel } | string {
  const level = LOG_LEVELS.find((one) => one === text);
  return level === undefined ? `is no log level; write one of ${LOG_LEVELS.join(', ')}` : { level };
}

function parseTransport(text: string): { readonly kind: TransportKind } | string {
  const kind = TRANSPORTS.find((one) => one === text);
  return kind === undefined ? `is no transport; write ${TRANSPORTS.join(' or ')}` : { kind };
}

function parseConnectionAge(text: string): { readonly ms: number | undefined } | string {
  return text === 'off'
    ? { ms: undefined }
    : parseDurationSetting({ minMs: 1_000, maxMs: 86_400_000 })(text);
}
