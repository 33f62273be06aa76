import { adminContradictions, hasAdmin } from './admin-contradictions.ts';
import { filesWithoutEffect } from '../store/store-files.ts';
import type { RedisFile } from '../store/store-files.ts';
import { isShared } from '../store/store-location.ts';
import type { PartialConfig, ProcessConfig } from './process-config.ts';
import { SETTINGS_BY_FIELD } from './process-settings.ts';

type Field = keyof ProcessConfig;

/**
 * What is wrong with settings that are each right by themselves.
 * @param given the settings that are not defaults
 */
export function contradictionsOf(
  config: PartialConfig,
  given: ReadonlySet<Field>,
): readonly string[] {
  const problems: string[] = [];
  if (config.store !== undefined && isShared(config.store) && config.keyFile === undefined) {
    problems.push(
      `${flagOf('keyFile')} is required with Redis: all replicas name sessions with the same secret; ` +
        'make one with: openssl rand -hex 32 > curfew.key',
    );
  }
  problems.push(
    ...incompletePairs(config, ['grpcTlsCertFile', 'grpcTlsKeyFile'], 'grpcClientCaFile'),
    ...incompletePairs(config, ['redisCertFile', 'redisKeyFile']),
    ...incompletePairs(config, ['sentinelPasswordFile'], 'sentinelUsername'),
    ...adminContradictions(config, given),
    ...sharedAddresses(config),
  );
  return problems;
}

/** One warning for each setting that has no effect with the chosen store. */
export function settingsWithoutEffect(config: PartialConfig): readonly string[] {
  if (config.store === undefined) return [];
  const { files, why } = filesWithoutEffect(config.store);
  // Only calls of administration wait for replicas.
  const idle = isShared(config.store) ? 'without callers of administration' : why;
  const isWaited = isShared(config.store) && hasAdmin(config);
  const sentinel: readonly Field[] =
    config.store.kind === 'sentinel' ? [] : ['sentinelUsername', 'sentinelPasswordFile'];
  const useless: readonly (readonly [Field, string])[] = [
    ...files.map((file) => [STORE_FILE_FIELDS[file], why] as const),
    ...(isWaited ? [] : [['durableReplicas', idle] as const]),
    ...sentinel.map((field) => [field, 'without redis+sentinel://'] as const),
  ];
  return useless
    .filter(([field]) => config[field] !== undefined)
    .map(([field, reason]) => `${flagOf(field)} has no effect ${reason}`);
}

const STORE_FILE_FIELDS: Readonly<Record<RedisFile, Field>> = {
  passwordFile: 'redisPasswordFile',
  caFile: 'redisCaFile',
  certFile: 'redisCertFile',
  keyFile: 'redisKeyFile',
};

/** Nothing is guessed for the missing half: the port would speak plain text, or trust every client. */
function incompletePairs(
  config: PartialConfig,
  pair: readonly Field[],
  more?: Field,
): readonly string[] {
  const all = more === undefined ? pair : [...pair, more];
  const given = all.find((field) => config[field] !== undefined);
  if (given === undefined) return [];
  return pair
    .filter((field) => config[field] === undefined)
    .map((field) => `${flagOf(field)} is required with ${flagOf(given)}`);
}

function sharedAddresses(config: PartialConfig): readonly string[] {
  const problems: string[] = [];
  const taken = new Map<string, Field>();
  for (const field of ['grpcAddress', 'opsAddress', 'adminAddress'] as const) {
    if (field === 'adminAddress' && !hasAdmin(config)) continue;
    const address = config[field];
    if (address === undefined || (address.kind === 'tcp' && address.port === 0)) continue;
    const text = JSON.stringify(address);
    const other = taken.get(text);
    if (other !== undefined) {
      problems.push(`${flagOf(field)} is the same address as ${flagOf(other)}`);
    }
    taken.set(text, field);
  }
  return problems;
}

function flagOf(field: Field): string {
  return SETTINGS_BY_FIELD[field].flag;
}
