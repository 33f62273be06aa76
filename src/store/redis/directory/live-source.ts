import type { ScriptRunner } from '../connection/script-runner.ts';
import { readFields } from './read-fields.ts';

/** The source of a session that has not ended; `undefined` for any other key. */
export async function liveSourceOf(
  connection: Pick<ScriptRunner, 'read'>,
  session: string,
): Promise<string | undefined> {
  const [source = null, endedAt = null] = await readFields(connection, session, 'n', 'e');
  return source !== null && endedAt === null ? source : undefined;
}
