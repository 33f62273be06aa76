// A replica that opens sessions of subjects, ends one subject and locks another, one step after the
// other. Before the step that its only argument names, it kills itself, as kill -9 does. It prints
// each thing that it has done, once the store has answered.

import { writeSync } from 'node:fs';
import { enterSubject } from '../../../src/authz/subjects/enter-subject.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import { keyOf, subjectOf, touchOf } from './store-requests.ts';
import { announceAbilities, openAsCurfew } from './store-world.ts';
import { callerPlanOf, SESSIONS_EACH } from './subject-caller-plan.ts';

const RETENTION_MS = 86_400_000;

const { port, rounds, killBefore } = callerPlanOf(process.argv[2] ?? '');
const opened = await openAsCurfew({ port }, { commandTimeoutMs: 10_000 });
await announceAbilities(opened);

let steps = 0;
let last: Promise<unknown> = Promise.resolve();

/** Takes one step when the one before it has been answered. */
async function step<Answer>(take: () => Promise<Answer>): Promise<Answer> {
  const answer = last.then(async () => {
    if (steps === killBefore) process.kill(process.pid, 'SIGKILL');
    steps += 1;
    return take();
  });
  last = answer.catch(() => undefined);
  return answer;
}

const say = (text: string): void => void writeSync(1, `${text}\n`);

const store: Pick<typeof opened.store, 'open' | 'end'> = {
  open: async (request) => step(async () => opened.store.open(request)),
  end: async (request) => step(async () => opened.store.end(request)),
};
const directory: typeof opened.directory = {
  ...opened.directory,
  enter: async (request) => step(async () => opened.directory.enter(request)),
  leave: async (subject, keys) => step(async () => opened.directory.leave(subject, keys)),
  subjectSessions: async (subject, page) =>
    step(async () => opened.directory.subjectSessions(subject, page)),
  beginSubjectEnd: async (request) => step(async () => opened.directory.beginSubjectEnd(request)),
  finishSubjectEnd: async (end) => step(async () => opened.directory.finishSubjectEnd(end)),
};

async function openSessions(subject: SubjectKey, name: string): Promise<void> {
  for (let session = 0; session < SESSIONS_EACH; session += 1) {
    const storedKey = keyOf(`${name} ${session}`);
    const run = { assertAwaited: () => undefined };
    const names = { key: subject, olderKeys: () => [] };
    // oxlint-disable no-await-in-loop -- one step after the other
    await enterSubject(
      { directory },
      { run, storedKey, retentionMs: RETENTION_MS },
      { names },
      undefined,
    );
    say(`entered ${name} ${session}`);
    const request = { ...touchOf(''), key: storedKey, subject };
    await store.open({ ...request, opening: 'first-use', startedAtMs: undefined });
    // oxlint-enable no-await-in-loop
    say(`opened ${name} ${session}`);
  }
}

say('ready');
for (let round = 0; round < rounds; round += 1) {
  const [ada, bob] = [`ada ${round}`, `bob ${round}`];
  const request = { retentionMs: RETENTION_MS };
  // oxlint-disable no-await-in-loop -- one step after the other
  for (const name of [ada, bob]) await openSessions(subjectOf(name), name);
  await endSubject({ store, directory }, { ...request, subjects: [subjectOf(ada)], by: 'revoked' });
  say(`ended ${ada}`);
  await endSubject(
    { store, directory },
    {
      ...request,
      subjects: [subjectOf(bob)],
      by: 'subject_locked',
      lock: { lastsMs: 'forever' },
    },
  );
  say(`ended ${bob}`);
  // oxlint-enable no-await-in-loop
}
await opened.close();
