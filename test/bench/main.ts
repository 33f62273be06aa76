// `npm run bench [-- PART... --quick --source --transport NAME]`: measures Curfew and writes test/bench/README.md.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCurfew } from './curfew-program.ts';
import { loadAverage } from './machine.ts';
import type { Part } from './part.ts';
import { check } from './parts/check.ts';
import { clients } from './parts/clients.ts';
import { decision } from './parts/decision.ts';
import { memory } from './parts/memory.ts';
import { profile } from './parts/profile.ts';
import { redis } from './parts/redis.ts';
import { rivals } from './parts/rivals.ts';
import { sweep } from './parts/sweep.ts';
import { Report, sectionOf } from './report.ts';

const PARTS: readonly Part[] = [decision, check, rivals, redis, memory, sweep, clients, profile];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    source: { type: 'boolean' },
    transport: { type: 'string' },
  },
});
const size = values.quick === true ? 'quick' : 'full';
const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no part ${unknown.join(', ')}: there are ${PARTS.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
// So that 'exit' comes, which ends what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const wanted = PARTS.filter(({ name, isKept }) =>
  positionals.length === 0 ? isKept : positionals.includes(name),
);
const program =
  values.source === true ? join(import.meta.dirname, '../../src/main.ts') : buildCurfew();
const report = new Report(
  join(import.meta.dirname, 'README.md'),
  PARTS.filter(({ isKept }) => isKept),
);
for (const part of wanted) {
  const before = loadAverage();
  const say = (what: string): void => void process.stderr.write(`${part.name}: ${what}\n`);
  // oxlint-disable-next-line no-await-in-loop -- parts must not disturb each other
  const result = await part.run({ size, program, transport: values.transport, say });
  // oxlint-disable-next-line no-await-in-loop
  const section = await sectionOf(part, result, before);
  process.stdout.write(`${section}\n\n`);
  if (size === 'full' && part.isKept) await report.put(part, section); // oxlint-disable-line no-await-in-loop
}
