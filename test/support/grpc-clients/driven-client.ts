import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientTlsFiles, RealClient } from './real-client.ts';

/** How to start a program of `test/clients`. */
export interface ClientProgram {
  readonly file: string;
  readonly args: readonly string[];
}

const ABSENT = '-';

/** Starts a client in another language. `test/clients/README.md` has its commands and answers. */
export async function startDrivenClient(
  program: ClientProgram,
  address: string,
  tls?: ClientTlsFiles,
): Promise<RealClient> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-client-'));
  const files = tls === undefined ? [] : [tls.ca, tls.certificate, tls.key];
  const child = spawn(program.file, [...program.args, address, ...files], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  // A client that has died sends no more answers. The check below reports it.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${program.file} has ended`);
    return value;
  };
  const ask = (...words: readonly (string | number)[]): Promise<string> => {
    child.stdin.write(`${words.join(' ')}\n`);
    return nextLine();
  };
  return {
    check: async ({ request, times = 1, timeoutMs = 0, cancelMs = 0, isGzipped = false }) => {
      const file = join(folder, 'request');
      await writeFile(file, request);
      const codec = isGzipped ? 'gzip' : 'identity';
      const line = await ask('check', times, timeoutMs, cancelMs, codec, file);
      const [counts = '', reply = ABSENT, ...message] = line.split(' ');
      return {
        codes: countsIn(counts),
        reply: reply === ABSENT ? undefined : Buffer.from(reply, 'hex'),
        message: message.join(' '),
      };
    },
    health: async (service) => {
      const [code, status] = (await ask('health', service || ABSENT)).split(' ').map(Number);
      return { code: code ?? NaN, status: status ?? NaN };
    },
    watch: (service) => {
      const statuses: number[] = [];
      const follow = async (): Promise<number> => {
        let line = await ask('watch', service || ABSENT);
        for (; line.startsWith('status '); line = await nextLine()) {
          statuses.push(Number(line.slice('status '.length)));
        }
        return Number(line.slice('end '.length));
      };
      return { statuses, ended: follow() };
    },
    unknownMethod: async () => Number(await ask('unknown')),
    close: async () => {
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** `0=999,4=1` */
function countsIn(text: string): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const pair of text.split(',')) {
    const [code = NaN, count = NaN] = pair.split('=').map(Number);
    counts[code] = count;
  }
  return counts;
}
