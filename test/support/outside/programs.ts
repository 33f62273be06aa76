import { join } from 'node:path';
import {
  provideOutsideJava,
  provideOutsideNode,
  provideOutsidePython,
} from '../../../tools/outside-programs.ts';
import { builtOrSkip } from '../programs/built-or-skip.ts';

const BUILD_MAX_MS = 10 * 60_000;

/** Where the programs of test/outside are, in the repository. */
export const PROGRAMS: string = join(import.meta.dirname, '..', '..', 'outside', 'programs');

// For a suite's `before`: without the packages its tests are skipped, and fail if CI is set.

/** A Python with the frameworks in Python. */
export async function outsidePythonOrSkip(context: Mocha.Context): Promise<string> {
  context.timeout(BUILD_MAX_MS);
  const python = await provideOutsidePython();
  const providing =
    python === undefined
      ? ({ kind: 'absent', why: 'pip cannot install them' } as const)
      : ({ kind: 'built', path: python } as const);
  return builtOrSkip(context, 'frameworks in Python', Promise.resolve(providing));
}

/** A folder with the programs for Node, beside their packages. */
export function outsideNodeOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'frameworks for Node', provideOutsideNode());
}

/** The class path of the programs in Java. */
export function outsideJavaOrSkip(context: Mocha.Context): Promise<string> {
  return builtOrSkip(context, 'Jetty', provideOutsideJava());
}
