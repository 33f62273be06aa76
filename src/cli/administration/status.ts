import type { Environment } from '../../settings/process-settings.ts';
import { administer } from './administration-command.ts';
import type { CommonFlags } from './administration-command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { statusText } from './output/status-text.ts';
import type { Terminal } from './input/terminal.ts';

/** `curfew status`: the replicas and what each can do, the store, and how many sessions are live. */
export async function runStatus(
  flags: CommonFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    const answer = await ask({ method: 'GET', path: '/v1/status' });
    if (typeof answer === 'number') return answer;
    const { text, document, nowMs } = answer;
    terminal.out(json ? `${text.trim()}\n` : statusText(document, nowMs));
    return EXIT.done;
  });
}
