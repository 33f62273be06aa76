import { fieldsOf } from '../read-reply.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { isPoisonedKey } from '../store-fault.ts';

/**
 * Fields of a hash, in the order of their names. A key that is not a hash has none: Curfew did not
 * write it, and it must not stop a walk over many sessions.
 */
export async function readFields(
  connection: Pick<ScriptRunner, 'read'>,
  key: string,
  ...names: readonly string[]
): Promise<readonly (string | null | undefined)[]> {
  try {
    return fieldsOf(await connection.read('HMGET', key, ...names));
  } catch (fault) {
    if (isPoisonedKey(fault)) return [];
    throw fault;
  }
}
