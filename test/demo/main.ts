// `npm run demo`: starts Curfew, a real Envoy and the sample application, and plays some sessions.
// `-- --redis` keeps the sessions in a real redis-server, `-- --stay` leaves everything running.

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { freePort } from '../support/network/free-port.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import { provideEnvoy } from '../../tools/provision.ts';
import { provideStoreServer } from '../../tools/store-servers.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import { demoAdministration } from './administration.ts';
import type { DemoAdministration } from './administration.ts';
import { BY_HAND, STORY, demoPolicy } from './demo-policy.ts';
import { ClaimBroken, createNarrator } from './narrator.ts';
import { playStory } from './story.ts';

const wanted = readArguments();
process.stdout.on('error', () => process.exit(1)); // the reader of the output has gone

const narrator = createNarrator(process.stdout);
const closers: (() => Promise<void>)[] = [];
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

let isPlayed = false;

process.exitCode = await Promise.race([demo(), interrupted.then(() => (isPlayed ? 0 : 130))]);
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
    const administration = await demoAdministration();
    closers.push(() => administration.remove());
    const edge = await start(administration);
    await playStory(edge, administration, narrator);
    isPlayed = true;
    process.stdout.write('\nEverything was as claimed.\n');
    if (wanted.stay === true) await stay(edge, administration);
    return 0;
  } catch (error) {
    const text =
      error instanceof ClaimBroken ? error.message : `the demo stopped: ${String(error)}`;
    process.stderr.write(`\n✗ ${text}\n`);
    return 1;
  }
}

async function start(administration: DemoAdministration): Promise<Edge> {
  process.stdout.write('Starting (the first time, Envoy is downloaded) ...\n');
  if ((await provideEnvoy()) === undefined) throw new Error('there is no Envoy');
  const { flags, ...store } = wanted.redis === true ? await startStore() : { flags: [] };
  const port = await freePort();
  const edge = await startEdge({
    port,
    policy: demoPolicy(port, STORY),
    ...store,
    flags: [...flags, ...administration.flags],
  });
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
  if ((await provideStoreServer()) === undefined) throw new Error('there is no redis-server');
  const redis = await startRedisServer();
  closers.push(() => redis.stop());
  const keys = await writeKeyFile();
  closers.push(() => keys.remove());
  return { store: redis.url, flags: [`--key-file=${keys.path}`] };
}

/** Leaves everything running until it is interrupted, with timeouts that are long enough to click. */
async function stay(edge: Edge, { environment }: DemoAdministration): Promise<void> {
  await edge.policyFile.replace(demoPolicy(edge.port, BY_HAND));
  const home = `http://127.0.0.1:${edge.port}`;
  process.stdout.write(`
Still running, until Ctrl-C. The idle timeout is now ${BY_HAND.idleS} s, the absolute timeout ${BY_HAND.absoluteS / 60} min,
and the idle timeout of payments ${BY_HAND.paymentsIdleS} s. Try it by hand:

  the application   ${home}/
  a script          curl -i ${home}/api/profile
  the policy file   ${edge.policyFile.path} (edit it: it is reloaded automatically)
  metrics           http://127.0.0.1:${edge.curfews[0]?.opsPort}/metrics
  all sessions      ${Object.entries(environment)
    .map((pair) => pair.join('='))
    .join(' ')} \\
                      node tools/run.mjs node src/main.ts sessions list --source web
  Envoy's admin     http://127.0.0.1:${edge.envoy.adminPort}/
`);
  await interrupted;
}
