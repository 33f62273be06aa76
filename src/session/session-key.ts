declare const keyBrand: unique symbol;
declare const tagBrand: unique symbol;

/**
 * The only name of a session that leaves the process: HMAC-SHA-256(server key, source name + NUL +
 * credential), base64url without padding (43 characters). It is useless as a credential. Logs and
 * metadata carry the {@link SessionTag}.
 */
export type SessionKey = string & { readonly [keyBrand]: 'SessionKey' };

/**
 * The first 12 characters of the key under which a session is stored, for logs, metadata and access
 * logs: 72 bits, enough to distinguish sessions. It stays the same while server keys are replaced,
 * because a session keeps the key under which it was opened.
 */
export type SessionTag = string & { readonly [tagBrand]: 'SessionTag' };

/** How one credential is known inside Curfew. */
export interface SessionNames {
  /** By the server key that is written with, usually the newest. */
  readonly key: SessionKey;
  /**
   * By the other server keys that are in use. Computed on demand, so that sessions known by
   * {@link key} do not pay for it.
   */
  olderKeys(): readonly SessionKey[];
}

const TAG_CHARACTERS = 12;

/** The short form of the key under which a session is stored. */
export function tagOf(key: SessionKey): SessionTag {
  return key.slice(0, TAG_CHARACTERS) as SessionTag;
}
