import { Redis } from 'ioredis';

/** Calls of each command since the server started, including those from within scripts. */
export type CommandCounts = ReadonlyMap<string, CommandCount>;

export interface CommandCount {
  readonly calls: number;
  readonly micros: number;
}

const COMMAND_LINE = /^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm;
const NONE: CommandCount = { calls: 0, micros: 0 };

/** Our own connections to the servers of a store, beside Curfew's. */
export class RedisCounts {
  /** To the first server. */
  readonly client: Redis;
  readonly #clients: readonly Redis[];

  constructor(url: string, ...others: readonly string[]) {
    this.client = new Redis(url);
    this.#clients = [this.client, ...others.map((other) => new Redis(other))];
  }

  /** Of all servers together. */
  async commands(): Promise<CommandCounts> {
    const counts = new Map<string, CommandCount>();
    for (const text of await this.#ask('commandstats')) {
      for (const [, name = '', calls, micros] of text.matchAll(COMMAND_LINE)) {
        const known = counts.get(name) ?? NONE;
        counts.set(name, {
          calls: known.calls + Number(calls),
          micros: known.micros + Number(micros),
        });
      }
    }
    return counts;
  }

  /** The memory in use, in bytes, of all servers together. */
  async usedMemory(): Promise<number> {
    const used = (text: string): number => Number(/^used_memory:(\d+)/m.exec(text)?.[1]);
    return (await this.#ask('memory')).reduce((sum, text) => sum + used(text), 0);
  }

  close(): void {
    for (const client of this.#clients) client.disconnect();
  }

  async #ask(section: string): Promise<readonly string[]> {
    return Promise.all(this.#clients.map(async (client) => client.info(section)));
  }
}

/** The sum of some commands between two reads. */
export function countOf(
  names: readonly string[],
  before: CommandCounts,
  after: CommandCounts,
): CommandCount {
  let [calls, micros] = [0, 0];
  for (const name of names) {
    const [from, to] = [before.get(name) ?? NONE, after.get(name) ?? NONE];
    calls += to.calls - from.calls;
    micros += to.micros - from.micros;
  }
  return { calls, micros };
}
