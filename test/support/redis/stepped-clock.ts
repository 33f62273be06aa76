import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SOURCE = join(import.meta.dirname, 'stepped-clock.c');

/** A wall clock for servers that are started with `env`. */
export interface SteppedClock {
  readonly env: NodeJS.ProcessEnv;
  /** From now on it is by so many seconds ahead of this machine's clock; negative: behind. */
  stepTo(seconds: number): Promise<void>;
  remove(): Promise<void>;
}

/** Compiles it. At first it is this machine's clock. @param compiler of C */
export async function makeSteppedClock(compiler: string): Promise<SteppedClock> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-clock-'));
  const [library, file] = [join(folder, 'stepped-clock.so'), join(folder, 'step')];
  await promisify(execFile)(compiler, ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl']);
  const stepTo = async (seconds: number): Promise<void> => {
    const bytes = Buffer.alloc(4);
    if (endianness() === 'LE') bytes.writeInt32LE(seconds);
    else bytes.writeInt32BE(seconds);
    // In place: the servers have mapped this file.
    await writeFile(file, bytes, { flag: 'r+' }).catch(() => writeFile(file, bytes));
  };
  await stepTo(0);
  return {
    env: { LD_PRELOAD: library, STEPPED_CLOCK: file },
    stepTo,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
