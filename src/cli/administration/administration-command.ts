import type { AdminClientTexts } from '../../settings/admin-client-settings.ts';
import type { Environment } from '../../settings/process-settings.ts';
import { callAdministration } from './asking/call-administration.ts';
import type { Call } from './asking/call-administration.ts';
import { readConnection } from './asking/connection.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { refusalWords } from './asking/refusal-words.ts';
import { AnswerFault } from './asking/read-answer.ts';
import type { Terminal } from './input/terminal.ts';

/** The flags of every command that asks the administration. */
export interface CommonFlags extends AdminClientTexts {
  readonly json?: boolean;
}

/** An answer of the server that is not a refusal. */
export interface Success {
  readonly status: number;
  /** The JSON document as it was sent. */
  readonly text: string;
  readonly document: unknown;
  readonly nowMs: number;
}

/** What one command works with. */
export interface Administration {
  readonly terminal: Terminal;
  /** Output for programs: the server's documents as they are. */
  readonly json?: boolean;
  /** Asks once. If there is no success, the reason was printed, and the exit code is returned. */
  ask(call: Call): Promise<Success | ExitCode>;
}

/**
 * Runs a command once it is known which server to ask, and as whom.
 * @returns its exit code; 2 when a setting or one of its files is wrong
 */
export async function administer(
  flags: CommonFlags,
  environment: Environment,
  terminal: Terminal,
  run: (administration: Administration) => Promise<ExitCode>,
): Promise<ExitCode> {
  const connection = await readConnection(flags, environment);
  if (!('url' in connection)) return usageFault(terminal, connection);
  const administration: Administration = {
    terminal,
    json: flags.json === true,
    ask: async (call) => {
      const answer = await callAdministration(connection, call);
      if (answer.kind === 'none') {
        terminal.err(`curfew: ${answer.why}\n`);
        return EXIT.noAnswer;
      }
      if (answer.status < 300) return answer;
      terminal.err(`curfew: ${refusalWords(answer.status, answer.document)}\n`);
      return answer.status < 500 ? EXIT.refused : EXIT.noAnswer;
    },
  };
  try {
    return await run(administration);
  } catch (error) {
    if (!(error instanceof AnswerFault)) throw error;
    terminal.err(`curfew: ${error.message}\n`);
    return EXIT.noAnswer;
  }
}

/** Prints what is wrong with the usage. */
export function usageFault(terminal: Terminal, problems: readonly string[]): ExitCode {
  for (const problem of problems) terminal.err(`curfew: ${problem}\n`);
  return EXIT.usage;
}
