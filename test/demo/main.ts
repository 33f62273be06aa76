// `npm run demo`: Curfew, a real Envoy and the sample application, and the story of some sessions.
// `-- --redis` keeps the sessions in a real redis-server, `-- --stay` leaves all of it running.

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startEdge } from '../support/edge.ts';
import type { Edge } from '../support/edge.ts';
import { freePort } from '../support/free-port.ts';
import { writeKeyFile } from '../support/key-file.ts';
import { provideEnvoy, provideRedisServer } from '../support/provision.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { BY_HAND, STORY, demoPolicy } from './demo-policy.ts';
import { ClaimBroken, createNarrator } from './narrator.ts';
import { tellStory } from './story.ts';

const wanted = readArguments();
process.stdout.on('error', () => process.exit(1)); // nobody listens any more

const narrator = createNarrator(process.stdout);
const closers: (() => Promise<void>)[] = [];
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

let isTold = false;

process.exitCode = await Promise.race([demo(), interrupted.then(() => (isTold ? 0 : 130))]);
// oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
for (const close of closers.splice(0).toReversed()) await close();
process.exit();

function readArguments(): { readonly redis?: boolean; readonly stay?: boolean } {
  try {
    return parseArgs({ options: { redis: { type: 'boolean' }, stay: { type: 'boolean' } } }).values;
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}\nusage: npm run demo -- [--redis] [--stay]\n`,
    );
    return process.exit(2);
  }
}

async function demo(): Promise<number> {
  try {
    const edge = await start();
    await tellStory(edge, narrator);
    isTold = true;
    process.stdout.write('\nAll of it holds.\n');
    if (wanted.stay === true) await stay(edge);
    return 0;
  } catch (error) {
    const text =
      error instanceof ClaimBroken ? error.message : `the demo broke off: ${String(error)}`;
    process.stderr.write(`\n✗ ${text}\n`);
    return 1;
  }
}

async function start(): Promise<Edge> {
  process.stdout.write('Getting ready (the first time, Envoy is fetched) ...\n');
  if ((await provideEnvoy()) === undefined) throw new Error('there is no Envoy');
  const store = wanted.redis === true ? await startStore() : {};
  const port = await freePort();
  const edge = await startEdge({ port, policy: demoPolicy(port, STORY), ...store });
  closers.push(() => edge.stop());
  const { version } = JSON.parse(await edge.envoy.admin('/server_info')) as { version: string };
  const kept = wanted.redis === true ? 'a redis-server' : 'the embedded memory store';
  narrator.say(
    `Envoy ${version.split('/')[1] ?? version} asks Curfew, which keeps sessions in ${kept}.`,
  );
  narrator.say(
    `Idle timeout ${STORY.idleS} s, absolute timeout ${STORY.absoluteS} s; payments: idle ${STORY.paymentsIdleS} s.`,
  );
  return edge;
}

async function startStore(): Promise<{ store: string; flags: string[] }> {
  if ((await provideRedisServer()) === undefined) throw new Error('there is no redis-server');
  const redis = await startRedisServer();
  closers.push(() => redis.stop());
  const keys = await writeKeyFile();
  closers.push(() => keys.remove());
  return { store: redis.url, flags: [`--key-file=${keys.path}`] };
}

/** Leaves everything running, with timeouts that leave time to click, until it is interrupted. */
async function stay(edge: Edge): Promise<void> {
  await edge.policyFile.replace(demoPolicy(edge.port, BY_HAND));
  const home = `http://127.0.0.1:${edge.port}`;
  process.stdout.write(`
Still running, until Ctrl-C. Now with an idle timeout of ${BY_HAND.idleS} s, an absolute timeout of
${BY_HAND.absoluteS / 60} min, and ${BY_HAND.paymentsIdleS} s for payments. Try it by hand:

  the application   ${home}/
  a script          curl -i ${home}/api/profile
  the policy file   ${edge.policyFile.path} (edit it: it is reloaded by itself)
  metrics           http://127.0.0.1:${edge.curfews[0]?.opsPort}/metrics
  Envoy's admin     http://127.0.0.1:${edge.envoy.adminPort}/
`);
  await interrupted;
}
