import { asError } from '../../as-error.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { PARTITION_COUNT } from '../store-keys.ts';
import { readMark } from './mark.ts';
import type { Mark } from './mark.ts';

/** Marks that are read or written in one round trip, so that checks get through. */
export const MARKS_AT_ONCE = 32;

/** The marks that could be read, by partition, and why others could not. */
export interface ReadMarks {
  /** `undefined`: the partition has no mark. One that could not be read is left out. */
  readonly marks: Map<number, Mark | undefined>;
  readonly fault: Error | undefined;
}

/** Reads the marks of all partitions. Never throws: some may be on a server that is down. */
export async function readMarks(connection: Pick<ScriptRunner, 'read'>): Promise<ReadMarks> {
  const marks = new Map<number, Mark | undefined>();
  let fault: Error | undefined;
  const read = async (partition: number): Promise<void> => {
    try {
      marks.set(partition, await readMark(connection, partition));
    } catch (error) {
      fault = asError(error, 'a mark cannot be read');
    }
  };
  for (let from = 0; from < PARTITION_COUNT; from += MARKS_AT_ONCE) {
    const some = Array.from({ length: MARKS_AT_ONCE }, (_, index) => from + index);
    // oxlint-disable-next-line no-await-in-loop -- a few at once, so that checks get through
    await Promise.all(some.map(read));
  }
  return { marks, fault };
}
