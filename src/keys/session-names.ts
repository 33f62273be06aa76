import type { SessionKey, SessionNames } from '../session/session-key.ts';
import { KeyedHash } from './keyed-hash.ts';

const FINGERPRINT_CHARACTERS = 16;

/**
 * Creates the function that names sessions.
 *
 * A name is HMAC-SHA-256(key, source + NUL + credential), with the text as UTF-8. Different texts
 * stay different: no source has a NUL in its name, and a text that UTF-8 cannot represent (a lone
 * surrogate) is refused. Names are computed for every check. Remembering them would save a
 * microsecond and keep credentials in memory.
 *
 * @param keys the server's secrets, the one for writing first; at least one
 */
export function createSessionNames(
  keys: readonly Uint8Array[],
): (source: string, credential: string) => SessionNames {
  const [newest, ...older] = keys.map((key) => new KeyedHash(key));
  if (newest === undefined) throw new TypeError('sessions cannot be named without a server key');

  return (source, credential) => {
    const text = `${source}\0${credential}`;
    if (source.includes('\0') || !text.isWellFormed()) {
      // The text is left out of the error because it contains the credential.
      throw new TypeError('a source or credential contains text that cannot be named');
    }
    const key = newest.of(text) as SessionKey;
    return {
      key,
      olderKeys: () => older.map((each) => each.of(text) as SessionKey),
    };
  };
}

/**
 * A name for a server key, for the store and the logs, so that replicas notice a wrong key file. It
 * reveals nothing about the key.
 */
export function keyFingerprint(key: Uint8Array): string {
  return new KeyedHash(key).of('curfew key fingerprint').slice(0, FINGERPRINT_CHARACTERS);
}
