import { hash } from 'node:crypto';
import type { SessionKey, SessionNames, SessionTag } from '../session/session-key.ts';
import { KeyedHash } from './keyed-hash.ts';

/** 72 bits: enough to tell sessions apart in a log, and nothing to find one by. */
const TAG_CHARACTERS = 12;
const FINGERPRINT_CHARACTERS = 16;

/**
 * Makes the function that names sessions. `keys` are the server's secrets, first that which is written with; at least one.
 *
 * The name is HMAC-SHA-256(key, source + NUL + credential). The text goes in as UTF-8, which keeps different texts
 * different: no source has a NUL in its name, and a text that UTF-8 cannot carry (a lone surrogate) is refused.
 * Names are computed anew each time: to remember them would save a microsecond and keep credentials in memory.
 */
export function createSessionNames(
  keys: readonly Uint8Array[],
): (source: string, credential: string) => SessionNames {
  const [newest, ...older] = keys.map((key) => new KeyedHash(key));
  if (newest === undefined) throw new TypeError('sessions cannot be named without a server key');
  const tagKey = newest.of('curfew session tag');

  return (source, credential) => {
    const text = `${source}\0${credential}`;
    if (source.includes('\0') || !text.isWellFormed()) {
      // Without the text: it holds the credential.
      throw new TypeError('a source or credential is no text that can be named');
    }
    const key = newest.of(text) as SessionKey;
    return {
      key,
      tag: tagOf(tagKey, key),
      olderKeys: () => older.map((each) => each.of(text) as SessionKey),
    };
  };
}

/**
 * A name for a server key that may stand in the store and in logs, so that replicas notice a wrong key file. It says
 * nothing about the key.
 */
export function keyFingerprint(key: Uint8Array): string {
  return new KeyedHash(key).of('curfew key fingerprint').slice(0, FINGERPRINT_CHARACTERS);
}

/** One hash is a keyed one here: both parts have a fixed length, and what is cut off cannot be extended. */
function tagOf(tagKey: string, key: SessionKey): SessionTag {
  return hash('sha256', tagKey + key, 'base64url').slice(0, TAG_CHARACTERS) as SessionTag;
}
