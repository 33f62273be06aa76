// A lock between processes, in plain JavaScript because the runner needs it before anything is
// installed. A folder is the lock: mkdir succeeds for exactly one process. It contains the owner's
// process id, so that the lock of a process that died is taken over.

import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
// Between mkdir and the writing of the owner's id, the lock has no owner for a moment.
const OWNERLESS_MAX_MS = 5_000;

/** Runs `work` while no other process holds the lock `folder`; waits as long as that takes. */
export async function withLock(folder, work) {
  await mkdir(dirname(folder), { recursive: true });
  while (!(await isTaken(folder))) {
    if (await isAbandoned(folder)) await takeAway(folder);
    else await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isTaken(folder) {
  try {
    await mkdir(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(folder, 'pid'), String(process.pid));
  return true;
}

async function isAbandoned(folder) {
  const owner = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  if (owner !== '') return !isRunning(Number(owner));
  const made = await stat(folder).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > OWNERLESS_MAX_MS;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// Under a second lock, and after checking again: of two processes that both saw the dead owner, the
// slower one must not remove the lock that the faster one has just made.
async function takeAway(folder) {
  const guard = `${folder}.takeover`;
  try {
    await mkdir(guard);
  } catch {
    const made = await stat(guard).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > OWNERLESS_MAX_MS) {
      await rm(guard, { recursive: true, force: true });
    }
    await sleep(POLL_MS);
    return;
  }
  try {
    if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}
