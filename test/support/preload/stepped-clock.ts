import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { preloadOrSkip } from './preloaded.ts';

/** A wall clock for servers that are started with `env`. */
export interface SteppedClock {
  readonly env: NodeJS.ProcessEnv;
  /** From now on it is so many seconds ahead of this machine's clock; negative: behind it. */
  stepTo(seconds: number): Promise<void>;
  remove(): Promise<void>;
}

/** For a suite's `before`; see {@link preloadOrSkip}. At first it is this machine's clock. */
export async function steppedClockOrSkip(context: Mocha.Context): Promise<SteppedClock> {
  const preload = await preloadOrSkip(context, 'stepped-clock');
  const folder = await mkdtemp(join(tmpdir(), 'curfew-clock-'));
  const file = join(folder, 'step');
  const bytesOf = (seconds: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (endianness() === 'LE') bytes.writeInt32LE(seconds);
    else bytes.writeInt32BE(seconds);
    return bytes;
  };
  await writeFile(file, bytesOf(0));
  return {
    env: { ...preload, STEPPED_CLOCK: file },
    // In place: the servers have mapped this file.
    stepTo: (seconds) => writeFile(file, bytesOf(seconds), { flag: 'r+' }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
