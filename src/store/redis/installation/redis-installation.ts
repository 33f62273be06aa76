import type { Installation, InstallationChange, InstallationState } from '../../installation.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { PARTITION_COUNT } from '../store-keys.ts';
import { lossOf } from './loss-of.ts';
import { writeMark } from './mark.ts';
import type { Mark, MarkAction } from './mark.ts';
import { MARKS_AT_ONCE, readMarks } from './read-marks.ts';

/** Losses that were noticed within this time are one. */
const ONE_LOSS_MS = 60_000;

/** The installation marks on Redis, for administration. */
export class RedisInstallation implements Installation {
  readonly #connection: Pick<ScriptRunner, 'read' | 'run'>;

  constructor(connection: Pick<ScriptRunner, 'read' | 'run'>) {
    this.#connection = connection;
  }

  async show(): Promise<InstallationState> {
    const { marks, fault } = await readMarks(this.#connection);
    if (fault !== undefined) throw fault;
    return stateOf([...marks.values()]);
  }

  async init(): Promise<InstallationChange> {
    return this.#writeAll('begin');
  }

  async acceptLoss(): Promise<InstallationChange> {
    return this.#writeAll('accept');
  }

  async #writeAll(action: MarkAction): Promise<InstallationChange> {
    const marks: (Mark | undefined)[] = [];
    let changed = 0;
    for (let from = 0; from < PARTITION_COUNT; from += MARKS_AT_ONCE) {
      // oxlint-disable-next-line no-await-in-loop -- a few at once, so that checks get through
      const written = await Promise.all(
        Array.from({ length: MARKS_AT_ONCE }, (_, index) =>
          writeMark(this.#connection, from + index, action),
        ),
      );
      marks.push(...written.map(({ mark }) => mark));
      changed += written.filter(({ isChanged }) => isChanged).length;
    }
    return { changed, state: stateOf(marks) };
  }
}

function stateOf(all: readonly (Mark | undefined)[]): InstallationState {
  const marks = all.filter((mark) => mark !== undefined);
  return {
    partitions: all.length,
    unmarked: all.length - marks.length,
    fenced: marks.filter(({ isFenced }) => isFenced).length,
    renewedAtMs:
      marks.length === 0 ? undefined : Math.min(...marks.map(({ renewedAtMs }) => renewedAtMs)),
    lastLoss: lastLossOf(marks),
  };
}

function lastLossOf(marks: readonly Mark[]) {
  const hurt = marks.filter(({ keptUntilMs }) => keptUntilMs !== undefined);
  const newestMs = Math.max(...hurt.map(({ begunAtMs }) => begunAtMs));
  return lossOf(hurt.filter(({ begunAtMs }) => newestMs - begunAtMs < ONE_LOSS_MS));
}
