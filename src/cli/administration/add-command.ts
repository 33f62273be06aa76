import { Option } from 'commander';
import type { Command } from 'commander';
import { ADMIN_CLIENT_SETTINGS } from '../../settings/admin-client-settings.ts';
import type { CommandIo } from '../command-io.ts';
import type { CommonFlags } from './administration-command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT_CODE_NOTES } from './help-texts.ts';
import type { Terminal } from './input/terminal.ts';

/** The program that a command is added to. */
export interface Shell {
  readonly io: CommandIo;
  finish(exitCode: number): void;
}

/** How a command is called, and what it does. */
export interface CommandShape<Flags extends CommonFlags> {
  /** With its arguments, as commander writes them: `show <session>`. */
  readonly usage: string;
  readonly description: string;
  /** Printed after the flags; by default the exit codes. */
  readonly notes?: string;
  /** More flags than those of the connection. */
  readonly options?: readonly Option[];
  readonly run: (
    flags: Flags,
    terminal: Terminal,
    argument: string | undefined,
  ) => Promise<ExitCode>;
}

/** What must never be an argument. They are known only so that they can be refused with a hint. */
const SECRETS = ['credential', 'cookie', 'token'] as const;
type SecretFlags = Readonly<Partial<Record<(typeof SECRETS)[number], unknown>>>;

/** Adds a command with the flags of the connection. A value that may be a credential is never printed. */
export function addCommand<Flags extends CommonFlags>(
  parent: Command,
  shell: Shell,
  shape: CommandShape<Flags>,
): void {
  const command = parent
    .command(shape.usage)
    .description(shape.description)
    .addHelpText('after', shape.notes ?? EXIT_CODE_NOTES)
    .allowExcessArguments()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/='?[^']*'/, "=…'")),
    });
  for (const option of shape.options ?? []) command.addOption(option);
  command.addOption(new Option('--json', 'as JSON'));
  command.optionsGroup('Which server, and who asks:');
  for (const { flag, placeholder, help, variable } of ADMIN_CLIENT_SETTINGS) {
    command.addOption(new Option(`${flag} ${placeholder}`, `${help} [${variable}]`));
  }
  for (const name of SECRETS) command.addOption(new Option(`--${name} [value]`).hideHelp());
  command.action(async () => {
    const { processTerminal } = await import('./input/terminal.ts');
    const terminal = processTerminal(shell.io);
    const fault = argumentFaultOf(command);
    if (fault !== undefined) {
      terminal.err(`curfew: ${fault}\n`);
      shell.finish(EXIT.usage);
      return;
    }
    shell.finish(await shape.run(command.opts<Flags>(), terminal, command.args[0]));
  });
}

function argumentFaultOf(command: Command): string | undefined {
  const flags = command.opts<SecretFlags>();
  if (flags.token !== undefined) {
    return 'a token must not be an argument: write it into a file, and name that by --token-file';
  }
  const isSecret = flags.credential !== undefined || flags.cookie !== undefined;
  if (!isSecret && command.args.length <= command.registeredArguments.length) return undefined;
  const what = isSecret ? 'a credential must not be an argument' : 'there are too many arguments';
  return (
    `${what}: credentials are read from standard input, as in ` +
    'curfew sessions find --source web < FILE. (Other users of this machine can read arguments, and the shell keeps them.)'
  );
}
