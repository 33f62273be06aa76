import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LONG } from '../drive/policy-versions.ts';
import { run } from '../drive/run.ts';
import type { Fault } from '../drive/fault.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';
import { judgeRecording } from '../oracle/judge-recording.ts';
import { mistakeText, runTable } from '../report.ts';
import type { PartOptions, PartResult } from './part.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', '.cache', 'faults');
/** How many mistakes are printed. */
const SHOWN_MAX = 20;

/**
 * Drives two replicas over a store, with faults, and judges what was seen.
 *
 * @param without the name of a fault that is not made
 */
export async function judgedRun(
  start: (replicas: number) => Promise<FaultyStore>,
  { seconds, seed, users, say }: PartOptions,
  without?: string,
): Promise<PartResult> {
  const store = await start(2);
  try {
    say(`${store.name}: ${seconds} s, ${users} users, seed ${seed}`);
    const pauseMs = [2_000, 5_000] as const;
    const choose = ({ name }: Fault): boolean => name !== without;
    const recording = await run({ store, seed, seconds, users, scale: LONG, pauseMs, choose });
    mkdirSync(FOLDER, { recursive: true });
    const file = join(FOLDER, `recording-${seed}.json`);
    writeFileSync(file, JSON.stringify(recording));
    say(`the recording is ${file}`);
    const judged = judgeRecording(recording);
    const strict = judgeRecording(recording, 'strict');
    for (const wrong of judged.wrong.slice(0, SHOWN_MAX)) say(mistakeText(wrong));
    const isRight = judged.wrong.length === 0;
    return { table: runTable(recording, judged, strict), isRight };
  } finally {
    await store.close();
  }
}
