/** The fields of the text of `INFO`, by name. */
export function infoFields(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
}

/** Whether this is a Sentinel. Redis, Valkey and Redict each have their own name for the mode. */
export function isSentinel(fields: ReadonlyMap<string, string>): boolean {
  const modes = ['redis_mode', 'server_mode', 'redict_mode'].map((name) => fields.get(name));
  return modes.includes('sentinel');
}

/** Whether this is a node of a Redis Cluster, by its `INFO`. */
export function isClusterNode(fields: ReadonlyMap<string, string>): boolean {
  return fields.get('cluster_enabled') === '1';
}
