// The thread that judges a policy file: parses and checks it, sends what it found, and ends.
// src/app/policy-thread/judge-in-thread.ts starts it.

/* oxlint-disable unicorn/require-post-message-target-origin -- these are ports, not windows */

import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { judgePolicyFile } from '../../policy/parse-policy-file.ts';
import type { PolicyThreadOrder } from './judge-in-thread.ts';

/** About a tenth of a core that the checks keep busy. They have most of it, and it still finishes. */
const NICER_BY = 10;
const NICEST = 19;

// Linux has a priority for each thread. Elsewhere this would be that of the whole process.
if (process.platform === 'linux') setPriority(Math.min(NICEST, getPriority() + NICER_BY));

const { text, fileName, policies } = workerData as PolicyThreadOrder;
const judged = judgePolicyFile(text, fileName);
if (judged.kind === 'problems') parentPort?.postMessage(judged);
else {
  // One message for each policy: the thread that receives a message copies all of it at once.
  for (const policy of judged.file.policies) policies.postMessage(policy);
  parentPort?.postMessage({ ...judged, file: { ...judged.file, policies: [] } });
}
