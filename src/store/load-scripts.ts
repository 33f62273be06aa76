import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { respWord } from './resp-text.ts';

/** The scripts by name, with the number of their keys. `judges`: `rule.lua` is put in front. */
const SCRIPTS = {
  touch: { keys: 3, judges: true },
  open: { keys: 4, judges: true },
  end: { keys: 3, judges: true },
  sweep: { keys: 4, judges: true },
  limits: { keys: 1, judges: false },
  announce: { keys: 1, judges: false },
} as const;

export type ScriptName = keyof typeof SCRIPTS;

/** A script as it is sent: by its hash, and whole to a server that does not know it. */
export class Script {
  readonly name: ScriptName;
  readonly lua: string;
  readonly numberOfKeys: number;
  readonly #byHash: string;
  readonly #whole: string;

  constructor(name: ScriptName, lua: string, numberOfKeys: number) {
    this.name = name;
    this.lua = lua;
    this.numberOfKeys = numberOfKeys;
    this.#byHash = respWord('EVALSHA') + respWord(hash('sha1', lua, 'hex'));
    this.#whole = respWord('EVAL') + respWord(lua);
  }

  /** How every command begins that runs it with so many arguments. Keys and arguments have to follow. */
  head(args: number): string {
    const words = 3 + this.numberOfKeys + args;
    return `*${words}\r\n${this.#byHash}${respWord(String(this.numberOfKeys))}`;
  }

  /** The whole command. */
  command(keys: readonly string[], args: readonly string[]): string {
    return this.head(args.length) + [...keys, ...args].map(respWord).join('');
  }

  /** The same command with the whole script in it. */
  whole(command: string): string {
    return command.replace(this.#byHash, () => this.#whole);
  }
}

/** Reads all scripts from beside this file. The first line of each, `#!lua …`, must stay the first. */
export function loadScripts(): Record<ScriptName, Script> {
  const rule = read('rule');
  const load = (name: ScriptName): Script => {
    const { keys, judges } = SCRIPTS[name];
    const text = read(name);
    if (!judges) return new Script(name, text, keys);
    const bodyAt = text.indexOf('\n') + 1;
    return new Script(name, text.slice(0, bodyAt) + rule + text.slice(bodyAt), keys);
  };
  return {
    touch: load('touch'),
    open: load('open'),
    end: load('end'),
    sweep: load('sweep'),
    limits: load('limits'),
    announce: load('announce'),
  };
}

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
