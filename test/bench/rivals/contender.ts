import type { BuiltProgram } from '../../../tools/built-program.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { freePort } from '../../support/network/free-port.ts';
import { firstAllowAtMs } from '../first-allow.ts';
import { onCore } from '../on-core.ts';
import { serveCurfew } from '../serve-curfew.ts';
import type { Serving, SharedStore } from '../serve-curfew.ts';
import { benchPolicy, COOKIE_NAME } from '../workload.ts';
import type { TouchScript } from './touch-script.ts';

/** A server that takes part in the comparison. */
export interface Contender {
  /** The name of its row. */
  readonly name: string;
  /** It opens no sessions, so the benchmark must; and it may lose a call, which Curfew must not. */
  readonly isRival: boolean;
  start(store: SharedStore): Promise<Serving>;
}

/** Curfew as in production, with everything that it does. */
export function curfewContender(
  name: string,
  program: string,
  flags: readonly string[],
): Contender {
  return {
    name,
    isRival: false,
    start: (store) => serveCurfew({ program, policy: benchPolicy(), flags, store }),
  };
}

/** How a rival is run, in addition to the options of all rivals. */
export interface RivalSettings {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RivalOptions extends RivalSettings {
  readonly name: string;
  readonly program: Extract<BuiltProgram, { kind: 'built' }>;
  readonly script: TouchScript;
}

/** A server with one cookie and one script: the script that Curfew runs for a known session. */
export function rivalContender({ name, program, args = [], env, script }: RivalOptions): Contender {
  return {
    name,
    isRival: true,
    start: async ({ redis }) => {
      const port = await freePort();
      const startedAtMs = performance.now();
      const [file, words] = onCore('curfew', program.path, [
        `--address=127.0.0.1:${port}`,
        `--redis=${redis.host}:${redis.port}`,
        `--cookie=${COOKIE_NAME}`,
        `--script=${script.path}`,
        `--words=${script.words.join(',')}`,
        ...args,
      ]);
      const rival = await startProcess(file, words, { env: { ...process.env, ...env } });
      const stop = () => rival.stop();
      try {
        const firstAllowMs = (await firstAllowAtMs(rival, port)) - startedAtMs;
        return { port, pid: rival.pid, redis, firstAllowMs, stop };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}
