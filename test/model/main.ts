import { explore } from './explore.ts';
import { PRODUCT } from './mechanisms.ts';
import { modelOf } from './model.ts';
import { MUTATIONS } from './mutations.ts';
import { summary } from './trace.ts';
import { WORLDS } from './worlds.ts';

// The long run: more steps in each world, and the shortest trace of each mutation.

const [only] = process.argv.slice(2);
const write = (text: string): void => void process.stdout.write(`${text}\n`);

for (const world of WORLDS) {
  if (only !== undefined && only !== world.title) continue;
  const startedAtMs = performance.now();
  const found = explore(modelOf(world, PRODUCT), world.longStepsMax);
  write(`${world.title}: ${summary(found, performance.now() - startedAtMs)}`);
  if (found.broken === undefined) continue;
  write([`BROKEN: ${found.broken.promise}`, ...found.broken.trace].join('\n'));
  process.exitCode = 1;
}

for (const { title, world, instead } of MUTATIONS) {
  if (only !== undefined && only !== 'mutations') continue;
  const { broken } = explore(modelOf(world, { ...PRODUCT, ...instead }), world.stepsMax);
  write(`\n${title}\nbreaks: ${broken?.promise ?? 'NOTHING'}`);
  if (broken === undefined) process.exitCode = 1;
  for (const line of broken?.trace ?? []) write(`    ${line}`);
}
