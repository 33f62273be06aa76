import { once } from 'node:events';
import { extname } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { PolicyEntry } from '../../policy/file/policy-file.ts';
import type { JudgedPolicyFile } from '../../policy/parse-policy-file.ts';
import type { Steps } from '../../policy/steps.ts';
import { inSlices } from './in-slices.ts';

/** What the thread is started with. */
export interface PolicyThreadOrder {
  readonly text: string;
  readonly fileName: string;
  /** Takes the policies of a good file, one by one. */
  readonly policies: MessagePort;
}

export interface JudgeOptions {
  /** Ends the thread when the answer is not needed any more. */
  readonly signal: AbortSignal;
  /** The program of the thread. */
  readonly program?: URL;
  readonly timeMaxMs?: number;
}

/** The sources are TypeScript, and what is built from them is JavaScript. */
const PROGRAM = new URL(`policy-thread${extname(import.meta.filename)}`, import.meta.url);
/** A file at all limits takes a second or two of CPU. */
const TIME_MAX_MS = 10_000;
/** A file at all limits needs a quarter of it. A file that needs more must not end the process. */
const HEAP_MAX_MB = 512;

/**
 * Parses and checks a policy file in a thread of its own, which then ends, so that checks go on
 * meanwhile. The result is taken over a little at a time.
 * @throws {Error} when the thread dies or takes too long; the message says so
 */
export async function judgeInThread(
  text: string,
  fileName: string,
  { signal, program = PROGRAM, timeMaxMs = TIME_MAX_MS }: JudgeOptions,
): Promise<JudgedPolicyFile> {
  const { port1: incoming, port2: policies } = new MessageChannel();
  const order: PolicyThreadOrder = { text, fileName, policies };
  const thread = new Worker(program, {
    workerData: order,
    transferList: [policies],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
  });
  const late = AbortSignal.timeout(timeMaxMs);
  const stop = AbortSignal.any([signal, late]);
  try {
    const judged = await answerOf(thread, stop);
    if (judged.kind === 'problems') return judged;
    const file = { ...judged.file, policies: await inSlices(received(incoming), stop) };
    return { ...judged, file };
  } catch (error) {
    if (!late.aborted) throw error;
    throw new Error(`it takes longer than ${timeMaxMs / 1000} s`, { cause: error });
  } finally {
    incoming.close();
    await thread.terminate();
  }
}

async function answerOf(thread: Worker, signal: AbortSignal): Promise<JudgedPolicyFile> {
  const ended = async (): Promise<never> => {
    await once(thread, 'exit', { signal });
    throw new Error('its thread has ended without an answer');
  };
  const answered = once(thread, 'message', { signal }) as Promise<[JudgedPolicyFile]>;
  const [judged] = await Promise.race([answered, ended()]);
  return judged;
}

function* received(port: MessagePort): Steps<PolicyEntry[]> {
  const policies: PolicyEntry[] = [];
  for (;;) {
    const next = receiveMessageOnPort(port);
    if (next === undefined) return policies;
    policies.push(next.message as PolicyEntry);
    yield;
  }
}
