import { Redis } from 'ioredis';

/** Calls of each command since the server started, those from within scripts too. */
export type CommandCounts = ReadonlyMap<string, CommandCount>;

export interface CommandCount {
  readonly calls: number;
  readonly micros: number;
}

const NONE: CommandCount = { calls: 0, micros: 0 };

/** Our own look into a Redis, beside Curfew's. */
export class RedisCounts {
  readonly client: Redis;

  constructor(url: string) {
    this.client = new Redis(url);
  }

  async commands(): Promise<CommandCounts> {
    const text = await this.client.info('commandstats');
    const lines = text.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm);
    return new Map(
      [...lines].map(([, name = '', calls, micros]) => [
        name,
        { calls: Number(calls), micros: Number(micros) },
      ]),
    );
  }

  /** What is in use now, of all that the server has allocated, in bytes. */
  async usedMemory(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.client.info('memory'))?.[1]);
  }

  close(): void {
    this.client.disconnect();
  }
}

/** What some commands together have done between two looks. */
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
