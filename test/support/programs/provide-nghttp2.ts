import { debianProgramOrSkip } from './provision-or-skip.ts';

/** nghttp2's programs (`nghttp`, `h2load`) for a suite's `before`: without them its tests are skipped, and fail if CI is set. */
export async function nghttp2OrSkip(context: Mocha.Context): Promise<void> {
  for (const program of ['nghttp', 'h2load']) {
    // oxlint-disable-next-line no-await-in-loop -- one package brings both
    await debianProgramOrSkip(context, program, 'nghttp2-client');
  }
}
