// Runs the steps of a Dockerfile on this machine, to get the content of the image without an engine.
// It supports ARG, FROM … AS, WORKDIR, COPY, RUN and ENV, in the forms that our file uses.

import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

// npm need not fetch again what it has fetched before; its other messages are for people.
const QUIET = {
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};

/** One instruction: `COPY`, and the words after it. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
  readonly words: readonly string[];
}

/** Reads the instructions, with continued lines joined, without comments. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
  return lines.map((line) => {
    const [name = '', ...words] = line.split(/\s+/);
    return { name, text: line.slice(name.length).trim(), words };
  });
}

/** The files that the COPY instructions take from the build context. */
export function copiedFromContext(instructions: readonly Instruction[]): string[] {
  return instructions
    .filter(({ name, words }) => name === 'COPY' && !words[0]?.startsWith('--from='))
    .flatMap(({ words }) => words.slice(0, -1));
}

/** The last stage: its root, its working folder in it, and its environment. */
export interface BuiltImage {
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The instructions of one stage by its name, as a build of that stage alone. */
export function stageOf(instructions: readonly Instruction[], name: string): Instruction[] {
  const begin = instructions.findIndex(
    (one) => one.name === 'FROM' && nameOfStage(one.words) === name,
  );
  const length = instructions.slice(begin + 1).findIndex((one) => one.name === 'FROM');
  return instructions.slice(begin, begin + 1 + length);
}

/** Runs all stages, each in its own folder below `into`. `args` are those of `--build-arg`. */
export async function buildWithoutEngine(
  instructions: readonly Instruction[],
  context: string,
  into: string,
  args: Readonly<Record<string, string>> = {},
): Promise<BuiltImage> {
  const roots = new Map<string, string>();
  let root = into;
  let workdir = into;
  let env: Record<string, string> = {};
  for (const { name, text, words } of instructions) {
    // oxlint-disable no-await-in-loop -- one step after the other
    switch (name) {
      case 'FROM':
        root = join(into, `stage-${roots.size}`);
        roots.set(nameOfStage(words), root);
        env = {};
        break;
      case 'WORKDIR':
        workdir = join(root, words[0] ?? '');
        await mkdir(workdir, { recursive: true });
        break;
      case 'COPY':
        await copy(words, context, roots, workdir);
        break;
      case 'RUN':
        await run('sh', ['-c', text], {
          cwd: workdir,
          env: { ...process.env, ...QUIET, ...args, ...env },
        });
        break;
      case 'ENV':
        for (const word of words) env[word.split('=')[0] ?? ''] = word.slice(word.indexOf('=') + 1);
        break;
      default: // ARG, LABEL and how the image is run
    }
    // oxlint-enable no-await-in-loop
  }
  return { root, workdir, env };
}

/** `FROM [--platform=…] IMAGE [AS NAME]`. */
function nameOfStage(words: readonly string[]): string {
  return words[words.indexOf('AS') + 1] ?? '';
}

/** The words of an instruction in the form of a JSON list, in the last stage: `["node", "main.js"]`. */
export function listForm(instructions: readonly Instruction[], name: string): string[] {
  const last = instructions.slice(instructions.findLastIndex((one) => one.name === 'FROM'));
  const text = last.find((one) => one.name === name)?.text ?? '';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

async function copy(
  words: readonly string[],
  context: string,
  roots: ReadonlyMap<string, string>,
  workdir: string,
): Promise<void> {
  const isFromStage = words[0]?.startsWith('--from=') ?? false;
  const from = isFromStage ? (roots.get(words[0]?.slice('--from='.length) ?? '') ?? '') : context;
  const sources = words.slice(isFromStage ? 1 : 0, -1);
  const target = words.at(-1) ?? '';
  const isFolder = target.endsWith('/');
  for (const source of sources) {
    const name = isFolder ? join(target, source.split('/').at(-1) ?? '') : target;
    const options = { recursive: true, verbatimSymlinks: true };
    // oxlint-disable-next-line no-await-in-loop -- copies are quick
    await cp(join(from, source), join(workdir, name), options);
  }
}
