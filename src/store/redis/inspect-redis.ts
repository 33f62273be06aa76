import { infoFields, isClusterNode, isSentinel } from './info-fields.ts';
import type { StoreInspection, StoreWarning } from '../store-inspection.ts';

const VERSION_MIN = 7;
const NEARLY_FULL = 0.9;

/**
 * Reads the text of `INFO`. The scripts need Redis 7.0 for their flags; Valkey reports a compatible
 * `redis_version`. It is INFO and not CONFIG GET because our least-privilege user may not read the
 * configuration.
 */
export function inspectRedis(info: string): StoreInspection {
  const fields = infoFields(info);
  if (isSentinel(fields)) {
    return {
      kind: 'refused',
      text: 'this is a Sentinel, not a Redis; write redis+sentinel://HOST:PORT/NAME with the name of the primary',
    };
  }
  const compatible = fields.get('redis_version') ?? '';
  const major = Number(/^(\d{1,4})\./.exec(compatible)?.[1] ?? NaN);
  if (!(major >= VERSION_MIN)) {
    const found =
      compatible === '' ? 'a server that does not report its version' : `Redis ${compatible}`;
    return {
      kind: 'refused',
      text: `Redis 7.0 or newer, or Valkey, is required; this is ${found}`,
    };
  }
  return { kind: 'usable', ...productOf(fields, compatible), warnings: warningsOf(fields) };
}

// Each of them also reports the version of Redis that it is compatible with.
function productOf(fields: ReadonlyMap<string, string>, compatible: string) {
  for (const product of ['valkey', 'redict'] as const) {
    const version = fields.get(`${product}_version`);
    if (version !== undefined) return { product, version };
  }
  return { product: 'redis', version: compatible } as const;
}

function warningsOf(fields: ReadonlyMap<string, string>): StoreWarning[] {
  const warnings: StoreWarning[] = [];
  const policy = fields.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction') {
    warnings.push({
      kind: 'eviction_policy',
      text: `maxmemory-policy is ${policy}: Redis may delete sessions and their tombstones; set it to noeviction`,
    });
  }
  if (isClusterNode(fields)) {
    warnings.push({
      kind: 'cluster_node',
      text: 'this is a node of a Redis Cluster: it can be used only as long as it has all slots; write redis+cluster://',
    });
  }
  const used = Number(fields.get('used_memory') ?? 0);
  const max = Number(fields.get('maxmemory') ?? 0);
  if (max > 0 && used >= max * NEARLY_FULL) {
    warnings.push({
      kind: 'memory_nearly_full',
      text: `${Math.round((used / max) * 100)} % of maxmemory is used: when it is full, no session can be opened`,
    });
  }
  // Redis shows this field only while min-replicas-to-write is set.
  const hasReplicas = Number(fields.get('connected_slaves') ?? 0) > 0;
  if (hasReplicas && !fields.has('min_slaves_good_slaves')) {
    warnings.push({
      kind: 'replicas_not_required',
      text: 'min-replicas-to-write is not set: a primary that was frozen or cut off and comes back may allow sessions that were ended meanwhile; set it to 1',
    });
  }
  return warnings;
}
