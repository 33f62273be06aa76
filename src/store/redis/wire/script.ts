import { hash } from 'node:crypto';
import { respWord } from './resp.ts';

/** A Lua script as it is sent: by its hash, or whole to a server that does not have it. */
export class Script {
  readonly lua: string;
  readonly numberOfKeys: number;
  readonly #byHash: string;
  readonly #whole: string;

  constructor(lua: string, numberOfKeys: number) {
    this.lua = lua;
    this.numberOfKeys = numberOfKeys;
    this.#byHash = respWord('EVALSHA') + respWord(hash('sha1', lua, 'hex'));
    this.#whole = respWord('EVAL') + respWord(lua);
  }

  /** The beginning of a command with this many arguments; the keys and arguments follow. */
  head(args: number, keys: number = this.numberOfKeys): string {
    const words = 3 + keys + args;
    return `*${words}\r\n${this.#byHash}${respWord(String(keys))}`;
  }

  /** The whole command. */
  command(keys: readonly string[], args: readonly string[]): string {
    return this.head(args.length, keys.length) + [...keys, ...args].map(respWord).join('');
  }

  /** The same command with the text of the script instead of its hash. */
  whole(command: string): string {
    return command.replace(this.#byHash, () => this.#whole);
  }
}
