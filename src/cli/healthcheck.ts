import { parseGrpcAddress } from '../app/process-config.ts';
import type { Environment, SettingTexts } from '../app/process-settings.ts';
import { checkHealth } from '../transport/check-health.ts';
import { formatListenAddress } from '../transport/listen-address.ts';
import type { CommandIo } from './command-io.ts';

const ANSWER_MAX_MS = 2_000;

/**
 * `curfew healthcheck`: asks the server on the configured address how it is, by `grpc.health.v1`. For containers
 * without a shell.
 * @returns the exit code: 0 when it serves, else 1; 2 when the address is wrong
 */
export async function runHealthcheck(
  flags: SettingTexts,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const address = parseGrpcAddress(flags, environment);
  if (typeof address === 'string') {
    io.err(`curfew: ${address}\n`);
    return 2;
  }
  const text = formatListenAddress(address);
  const answer = await checkHealth(text, '', ANSWER_MAX_MS);
  if (answer === 'SERVING') {
    io.out(`${text}: ${answer}\n`);
    return 0;
  }
  io.err(`${text}: ${answer}\n`);
  return 1;
}
