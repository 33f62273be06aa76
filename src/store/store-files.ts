import type { StoreLocation } from './store-location.ts';

/** Files that prove the two sides to each other. */
export interface StoreFiles {
  /** The password; a line break at the end is not part of it. */
  readonly passwordFile?: string | undefined;
  /** PEM certificates to trust for `rediss://` instead of those of the system. */
  readonly caFile?: string | undefined;
  /** The PEM certificate for a Redis that asks for one, and its key. Both or neither. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The password of the Sentinels, in the same form. */
  readonly sentinelPasswordFile?: string | undefined;
}

/** The files that any kind of Redis may need. */
export type RedisFile = 'passwordFile' | 'caFile' | 'certFile' | 'keyFile';

const TLS_FILES = ['caFile', 'certFile', 'keyFile'] as const;

/** The files that a store at this location does not read, and the words that say why. */
export function filesWithoutEffect(location: StoreLocation): {
  readonly files: readonly RedisFile[];
  readonly why: string;
} {
  switch (location.kind) {
    case 'memory':
      return { files: ['passwordFile', ...TLS_FILES], why: 'with the store memory:' };
    case 'redis':
    case 'sentinel':
    case 'cluster': {
      if (location.address.isEncrypted) return { files: [], why: '' };
      const plain = location.kind === 'redis' ? 'redis://' : `redis+${location.kind}://`;
      return {
        files: TLS_FILES,
        why: `with ${plain}; use ${plain.replace('redis', 'rediss')} for TLS`,
      };
    }
    default:
      return location satisfies never;
  }
}
