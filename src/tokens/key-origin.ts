import type { JwtKeys } from '../terms/credential-place.ts';
import { readWholeFile } from '../files/read-file.ts';
import { watchFile } from '../files/watched-file.ts';
import { fetchKeyText } from './fetch-key-text.ts';

/** Where a set of keys comes from. */
export interface KeyOrigin {
  /** For the log: a path, or a URL without its query. */
  readonly name: string;
  /** How often the set is read again; `undefined` if {@link watch} reports changes. */
  readonly refreshMs: number | undefined;
  /**
   * The text of the key set. Rejects with an error whose message can be logged, also when `closed`
   * is aborted.
   */
  read(closed: AbortSignal): Promise<string>;
  /** Calls back when the set may have changed, until closed. */
  watch(onMaybeChanged: () => void): { close(): void };
}

export interface OriginOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Between two readings of a URL. */
  readonly refreshMs: number;
}

export function keyOrigin(keys: JwtKeys, options: OriginOptions): KeyOrigin {
  switch (keys.kind) {
    case 'file':
      return fileOrigin(keys.path);
    case 'uri':
      return uriOrigin(keys, options);
    default:
      return keys satisfies never;
  }
}

function fileOrigin(path: string): KeyOrigin {
  return {
    name: path,
    refreshMs: undefined,
    read: async () => {
      const reading = await readWholeFile(path);
      if (reading.kind === 'unreadable') throw new Error(reading.why);
      return reading.text;
    },
    watch: (onMaybeChanged) => watchFile(path, onMaybeChanged),
  };
}

function uriOrigin(
  keys: Extract<JwtKeys, { kind: 'uri' }>,
  { fetch, refreshMs }: OriginOptions,
): KeyOrigin {
  return {
    name: keys.uri.replace(/[?#].*$/s, ''),
    refreshMs,
    read: (closed) => fetchKeyText(keys, fetch, closed),
    watch: () => ({ close: () => undefined }),
  };
}
