import type { BuiltProgram } from '../../../tools/built-program.ts';

const BUILD_MAX_MS = 10 * 60_000;

/** A built program for the tests of a suite's `before`: without it they are skipped, and fail if CI is set. */
export async function builtOrSkip(
  context: Mocha.Context,
  what: string,
  building: Promise<BuiltProgram>,
): Promise<string> {
  context.timeout(BUILD_MAX_MS);
  const program = await building;
  if (program.kind === 'built') return program.path;
  if (process.env['CI']) throw new Error(`no ${what}, and CI must not skip it: ${program.why}`);
  process.stderr.write(`no ${what}: ${program.why}\n`);
  return context.skip();
}
