import type { StoreInspection, StoreWarning } from './store-inspection.ts';

const VERSION_MIN = 7;
const NEARLY_FULL = 0.9;

/**
 * Judges the text of `INFO`. Scripts need Redis 7.0 for their flags; Valkey tells a compatible `redis_version`.
 * INFO and not CONFIG GET: a least-privilege user may not read the configuration.
 */
export function inspectRedis(info: string): StoreInspection {
  const fields = new Map(
    info.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const compatible = fields.get('redis_version') ?? '';
  const valkey = fields.get('valkey_version');
  const version = valkey ?? compatible;
  const product = valkey === undefined ? 'redis' : 'valkey';
  const major = Number(/^(\d{1,4})\./.exec(compatible)?.[1] ?? NaN);
  if (!(major >= VERSION_MIN)) {
    const found =
      compatible === '' ? 'a server that does not tell its version' : `Redis ${compatible}`;
    return { kind: 'refused', text: `Redis 7.0 or newer, or Valkey, is needed; this is ${found}` };
  }
  return { kind: 'usable', product, version, warnings: warningsOf(fields) };
}

function warningsOf(fields: ReadonlyMap<string, string>): StoreWarning[] {
  const warnings: StoreWarning[] = [];
  const policy = fields.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction') {
    warnings.push({
      kind: 'eviction_policy',
      text: `maxmemory-policy is ${policy}: sessions and the ends of sessions may be deleted; set it to noeviction`,
    });
  }
  const used = Number(fields.get('used_memory') ?? 0);
  const max = Number(fields.get('maxmemory') ?? 0);
  if (max > 0 && used >= max * NEARLY_FULL) {
    warnings.push({
      kind: 'memory_nearly_full',
      text: `${Math.round((used / max) * 100)} % of maxmemory is used: a full server opens no sessions`,
    });
  }
  return warnings;
}
