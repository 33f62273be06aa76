import type { JwtKeys } from '../../session/source.ts';
import { readWholeFile, watchFile } from '../watched-file.ts';
import { fetchKeyText } from './fetch-key-text.ts';

/** Where a set of keys comes from. */
export interface KeyOrigin {
  /** For people: a path, or a URL without query. */
  readonly name: string;
  /** How long a set may go without being looked at again; `undefined` = the origin tells of changes itself. */
  readonly refreshMs: number | undefined;
  /** The text of the key set. Rejects with an error whose words are fit for a log, also when `closed` is aborted. */
  read(closed: AbortSignal): Promise<string>;
  /** Calls back when there may be something new, until closed. */
  watch(onMaybeChanged: () => void): { close(): void };
}

export interface OriginOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds between two looks at a URL. */
  readonly refreshMs: number;
}

export function keyOrigin(keys: JwtKeys, options: OriginOptions): KeyOrigin {
  switch (keys.kind) {
    case 'file':
      return fileOrigin(keys.path);
    case 'uri':
      return uriOrigin(keys.uri, options);
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

function uriOrigin(uri: string, { fetch, refreshMs }: OriginOptions): KeyOrigin {
  return {
    name: uri.replace(/[?#].*$/s, ''),
    refreshMs,
    read: (closed) => fetchKeyText(uri, fetch, closed),
    watch: () => ({ close: () => undefined }),
  };
}
