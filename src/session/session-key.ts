declare const keyBrand: unique symbol;
declare const tagBrand: unique symbol;

/**
 * The only name of a session outside process memory: HMAC-SHA-256(server key, source name + NUL + credential),
 * base64url without padding (43 characters). Never logged; logs carry the {@link SessionTag}.
 */
export type SessionKey = string & { readonly [keyBrand]: 'SessionKey' };

/** A short, separately keyed hash of a session for logs, metadata and access logs. It does not lead back to the key. */
export type SessionTag = string & { readonly [tagBrand]: 'SessionTag' };

/** How one credential is known inside Curfew. */
export interface SessionNames {
  /** Under the server key that is written with: usually the newest. */
  readonly key: SessionKey;
  /**
   * Under the other server keys still in force. Computed only when asked for: sessions that are known under
   * {@link key} never pay.
   */
  olderKeys(): readonly SessionKey[];
  readonly tag: SessionTag;
}
