/**
 * The path of a request target, without its query.
 * @param target path with query, undecoded
 */
export function pathWithoutQuery(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt === -1 ? target : target.slice(0, queryAt);
}

/**
 * The query of a request target, without its question mark; empty if there is none.
 * @param target path with query, undecoded
 */
export function queryOf(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt === -1 ? '' : target.slice(queryAt + 1);
}
