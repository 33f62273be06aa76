import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildCache } from './built-program.ts';
import { withLock } from './lock.mjs';

const INSTALL_MAX_MS = 5 * 60_000;

/** nghttp2's programs (`nghttp`, `h2load`) for a suite's `before`: without them its tests are skipped, and fail where CI is set. */
export async function nghttp2OrSkip(context: Mocha.Context): Promise<void> {
  context.timeout(INSTALL_MAX_MS);
  const found = await withLock(
    join(buildCache, 'nghttp2.lock'),
    async () => isThere() || install(),
  );
  if (found) return;
  const why = 'no nghttp2: please install it (Debian: nghttp2-client) and put it on PATH';
  if (process.env['CI']) throw new Error(why);
  process.stderr.write(`${why}\n`);
  context.skip();
}

function isThere(): boolean {
  return ['nghttp', 'h2load'].every((name) => spawnSync(name, ['--version']).status === 0);
}

function install(): boolean {
  if (process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nghttp2-client'], {
    env,
  });
  return isThere();
}
