import type { SessionDirectory } from '../../../session/session-directory.ts';
import type { SessionStore } from '../../../session/session-store.ts';
import { isPoisonedKey } from '../store-fault.ts';
import { firstTimeOf } from './ledger.ts';
import type { Note } from './ledger.ts';

/** Where to write. None of these notes what it writes. */
export interface WriteAgainPorts {
  readonly store: Pick<SessionStore, 'end'>;
  /** The same store, which does not report ends: they were reported when they were first written. */
  readonly silentStore: Pick<SessionStore, 'end'>;
  readonly directory: Pick<SessionDirectory, 'beginSubjectEnd' | 'unlock'>;
  /** The store's clock. */
  readonly nowMs: () => Promise<number>;
  /** How long ago this was noted. */
  readonly ageMs: (note: Note) => number;
}

/**
 * Scripts sent at once. Checks that come meanwhile wait for them, about a millisecond; ten thousand
 * ends are written within a second.
 */
const AT_ONCE_MAX = 64;

/**
 * Makes the noted calls again, with their first time and reason. A tombstone that is there is not
 * replaced, and of a lock and an unlock the later one counts.
 * @throws {StoreUnavailable} when one of them failed; all can be written again
 */
export async function writeAgain(notes: readonly Note[], ports: WriteAgainPorts): Promise<void> {
  const isTimed = ({ call }: Note): boolean => firstTimeOf(call) !== undefined;
  await inTurns(notes.filter(isTimed), async (note) => makeAgain(note, ports, 0));
  const untimed = notes.filter((note) => !isTimed(note));
  if (untimed.length === 0) return;
  // Without an answer, only this process knows how long ago it was.
  const nowMs = await ports.nowMs();
  await inTurns(untimed, async (note) =>
    makeAgain(note, ports, Math.floor(nowMs - ports.ageMs(note))),
  );
}

async function makeAgain(
  { call }: Note,
  { store, silentStore, directory }: WriteAgainPorts,
  estimatedAtMs: number,
): Promise<void> {
  try {
    switch (call.kind) {
      case 'end':
        if (call.request.endedAtMs !== undefined) await silentStore.end(call.request);
        else await store.end({ ...call.request, endedAtMs: estimatedAtMs });
        return;
      case 'subject_end': {
        const { startedAtMs = estimatedAtMs } = call.request;
        await directory.beginSubjectEnd({ ...call.request, startedAtMs });
        return;
      }
      case 'unlock':
        await directory.unlock({ ...call.request, atMs: call.request.atMs ?? estimatedAtMs });
        return;
      default:
        call satisfies never;
    }
  } catch (fault) {
    // A key that Curfew did not write must not hold up the others.
    if (!isPoisonedKey(fault)) throw fault;
  }
}

async function inTurns(notes: readonly Note[], make: (note: Note) => Promise<void>): Promise<void> {
  for (let from = 0; from < notes.length; from += AT_ONCE_MAX) {
    // oxlint-disable-next-line no-await-in-loop -- a few at once, so that checks get through
    await Promise.all(notes.slice(from, from + AT_ONCE_MAX).map(make));
  }
}
