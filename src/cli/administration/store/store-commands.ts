import type { Environment } from '../../../settings/process-settings.ts';
import { administer } from '../administration-command.ts';
import type { CommonFlags } from '../administration-command.ts';
import { readInstallation, readInstallationChange } from '../asking/installation-answers.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { confirmed } from '../input/confirmation.ts';
import type { Terminal } from '../input/terminal.ts';
import { installationChangeText, installationText } from '../output/installation-text.ts';

/** The flags of `curfew store init`. */
export interface InitFlags extends CommonFlags {
  readonly reason?: string;
}

/** The flags of `curfew store accept-loss`. */
export interface AcceptLossFlags extends InitFlags {
  readonly yes?: boolean;
}

/** `curfew store show`: whether the store has lost data. */
export async function runStoreShow(
  flags: CommonFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    const answer = await ask({ method: 'GET', path: '/v1/store' });
    if (typeof answer === 'number') return answer;
    const { text, document, nowMs } = answer;
    terminal.out(json ? `${text.trim()}\n` : installationText(readInstallation(document), nowMs));
    return EXIT.done;
  });
}

/** `curfew store init`: marks a new store. */
export async function runStoreInit(
  { reason, ...flags }: InitFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    const answer = await ask({ method: 'POST', path: '/v1/store/init', body: { reason } });
    if (typeof answer === 'number') return answer;
    const { text, document, nowMs } = answer;
    const change = (): string => installationChangeText(readInstallationChange(document), nowMs);
    terminal.out(json ? `${text.trim()}\n` : change());
    return EXIT.done;
  });
}

/** `curfew store accept-loss`: lets unknown credentials open sessions again. */
export async function runStoreAcceptLoss(
  { reason, yes, ...flags }: AcceptLossFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    if (!yes) {
      const found = await ask({ method: 'GET', path: '/v1/store' });
      if (typeof found === 'number') return found;
      terminal.err(
        installationText(readInstallation(found.document), found.nowMs) +
          'Credentials that are unknown now open sessions, also those whose sessions had ended.\n',
      );
    }
    if (!(await confirmed(terminal, { isGiven: yes, what: 'accepted' }))) return EXIT.refused;
    const answer = await ask({ method: 'POST', path: '/v1/store/accept-loss', body: { reason } });
    if (typeof answer === 'number') return answer;
    const { text, document, nowMs } = answer;
    const change = (): string => installationChangeText(readInstallationChange(document), nowMs);
    terminal.out(json ? `${text.trim()}\n` : change());
    return EXIT.done;
  });
}
