import type { HeaderLine } from '../terms/request-facts.ts';
import type { CommandIo } from './command-io.ts';

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// What no proxy lets through.
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;
/** `--header @-`: the lines are on standard input, where no list of processes shows them. */
const ON_INPUT = '@-';

/**
 * The header lines that `--header` gives. Problems never contain a value, which may be a credential,
 * and of standard input not even a name: a credential may have been pasted there alone.
 */
export async function readGivenHeaders(
  flags: readonly string[],
  io: Pick<CommandIo, 'readInput'>,
): Promise<{ readonly headers: readonly HeaderLine[]; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const headers: HeaderLine[] = [];
  const read = (line: string, isOnInput: boolean): void => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    const isLine = colon !== -1 && HEADER_NAME.test(name) && !FORBIDDEN_IN_VALUE.test(value);
    if (isLine) headers.push({ name: name.toLowerCase(), value });
    else if (isOnInput) problems.push("a line of standard input is not 'name: value'");
    else if (colon === -1) problems.push("--header must be 'name: value'");
    else problems.push(`--header ${JSON.stringify(name)} is not a header line`);
  };
  for (const flag of flags) if (flag !== ON_INPUT) read(flag, false);
  if (flags.includes(ON_INPUT)) {
    try {
      const lines = (await io.readInput()).split(/\r?\n/).filter((line) => line.trim() !== '');
      for (const line of lines) read(line, true);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : 'standard input cannot be read');
    }
  }
  return { headers, problems };
}
