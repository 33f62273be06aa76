// Asks each parser for each target once, and writes its table:
// node test/outside/readings/ask.ts [PARSER ...]

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/network/free-port.ts';
import { eventually } from '../../support/time/eventually.ts';
import { install } from './install.ts';
import type { Installed } from './install.ts';
import { PARSERS } from './parsers.ts';
import type { Parser } from './parsers.ts';
import { rawExchange } from './raw-exchange.ts';
import { readingOf, reportedBy } from './reading.ts';
import type { Reading } from './reading.ts';
import { tableText } from './table-text.ts';
import type { Answers } from './table-text.ts';
import { everyTarget } from './targets/every-target.ts';
import { HOSTS, METHODS } from './targets/hosts-and-methods.ts';
import { targetBytes } from './targets/written-target.ts';

/** A JVM with a cold disk needs some seconds. */
const START_MAX_MS = 60_000;

const tables = join(import.meta.dirname, '..', '..', 'fixtures', 'readings');
const targets = everyTarget();
const wanted = process.argv.slice(2);
const parsers = PARSERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (parsers.length === 0) throw new Error(`no such parser; there are ${namesOf(PARSERS)}`);

mkdirSync(tables, { recursive: true });
writeFileSync(join(tables, 'targets.txt'), targets.map((target) => `${target}\n`).join(''));
const installed = await install(new Set(parsers.map(({ language }) => language)));
for (const parser of parsers) {
  const answers = await ask(parser, installed);
  const text = tableText({ parser, askedOn: new Date(), ...answers });
  writeFileSync(join(tables, `${parser.name}.tsv`), text);
  console.log(`${parser.name}: ${answers.version}, ${text.split('\n').length} lines`);
}

async function ask(parser: Parser, where: Installed): Promise<Answers> {
  const port = await freePort();
  const { file, args, env } = parser.command(String(port), where);
  const server = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', process.env['READINGS_DEBUG'] === undefined ? 'ignore' : 'inherit'],
  });
  try {
    const version = await Promise.race([
      eventually(`answer of ${parser.name}`, () => versionOf(port), START_MAX_MS),
      endOf(server),
    ]);
    const readings = new Map<string, Reading>();
    for (const target of targets) {
      const answer = await rawExchange(port, { target: targetBytes(target) });
      readings.set(target, readingOf(answer));
    }
    const hosts = new Map<string, string>();
    for (const host of HOSTS) {
      const answer = await rawExchange(port, { target: Buffer.from('/request'), host });
      hosts.set(host, reportedBy(answer, 'x-host'));
    }
    const methods = new Map<string, string>();
    for (const [name, request] of METHODS) {
      methods.set(name, reportedBy(await rawExchange(port, request), 'x-method'));
    }
    // A program that a request has ended would answer nothing to all the others.
    await versionOf(port);
    return { version, readings, hosts, methods };
  } finally {
    await stop(server);
  }
}

async function versionOf(port: number): Promise<string> {
  const answer = await rawExchange(port, { target: Buffer.from('/version') });
  const version = answer.kind === 'answer' ? answer.headers.get('x-value') : undefined;
  if (version === undefined) throw new Error('the program does not answer /version');
  return decodeURIComponent(version);
}

async function endOf(server: ChildProcess): Promise<never> {
  const [code] = (await once(server, 'exit')) as [number | null];
  throw new Error(`the program ended with ${code}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill();
  await once(server, 'exit');
}

function namesOf(all: readonly Parser[]): string {
  return all.map(({ name }) => name).join(', ');
}
