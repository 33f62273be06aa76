import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { respWord } from './resp-text.ts';

/** How many keys each script has. */
const KEYS = { touch: 3, open: 4, end: 3, sweep: 4, limits: 1, announce: 1, claim: 1 } as const;

export type ScriptName = keyof typeof KEYS;

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

/**
 * Reads all scripts from beside this file. The first line of each, `#!lua …`, must stay the first. A line `--+ FILE`
 * stands for what that file holds.
 */
export function loadScripts(): Record<ScriptName, Script> {
  const load = (name: ScriptName): Script => new Script(name, read(`${name}.lua`), KEYS[name]);
  return {
    touch: load('touch'),
    open: load('open'),
    end: load('end'),
    sweep: load('sweep'),
    limits: load('limits'),
    announce: load('announce'),
    claim: load('claim'),
  };
}

function read(file: string): string {
  const text = readFileSync(new URL(`./scripts/${file}`, import.meta.url), 'utf8');
  return text.replace(/^--\+ (\w+\.lua)$/gm, (_, part: string) => read(part));
}
