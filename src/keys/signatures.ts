import { hash, timingSafeEqual } from 'node:crypto';
import { KeyedHash } from './keyed-hash.ts';

/**
 * Signs texts that a replica hands out and gets back, perhaps another one. Each purpose has keys of
 * its own, so that nothing that is signed for one purpose, and no name of a session, is a signature
 * for another.
 */
export interface Signatures {
  /** A signature by the key that is written with, in base64url (43 characters). */
  sign(text: string): string;
  /** Whether one of the server keys has signed the text. */
  isSigned(text: string, signature: string): boolean;
}

/**
 * @param keys the server's secrets, the one for writing first; at least one
 * @param purpose which signatures these are
 */
export function createSignatures(keys: readonly Uint8Array[], purpose: string): Signatures {
  const [newest, ...older] = keys.map((key) => {
    // Not the name of any session: no source has a blank in its name.
    const own = new KeyedHash(key).of(`curfew signature\0${purpose}`);
    return new KeyedHash(new Uint8Array(Buffer.from(own, 'base64url')));
  });
  if (newest === undefined) throw new TypeError('texts cannot be signed without a server key');
  return {
    sign: (text) => newest.of(text),
    isSigned: (text, signature) =>
      [newest, ...older].map((key) => isEqual(key.of(text), signature)).includes(true),
  };
}

/** Compares in constant time. Digests have one length, whatever was sent. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
