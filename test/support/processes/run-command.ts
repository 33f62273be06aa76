import { execFile } from 'node:child_process';

const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

/** How a command ended. */
export interface CommandAnswer {
  /** Its exit code; 1 if a signal ended it, or if it could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Its whole environment; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Its standard input. */
  readonly input?: string;
}

/** Runs a command to its end. The caller decides whether it succeeded: nothing is thrown. */
export function runCommand(
  program: string,
  args: readonly string[],
  { input = '', ...options }: CommandOptions = {},
): Promise<CommandAnswer> {
  return new Promise((resolve) => {
    const settings = { ...options, maxBuffer: OUTPUT_MAX_BYTES };
    const child = execFile(program, [...args], settings, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined); // it may end without reading
    child.stdin?.end(input);
  });
}
