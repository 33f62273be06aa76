declare const subjectBrand: unique symbol;

/**
 * The name of a subject (a person or a client that logs in) in the store: the first 22 characters
 * (132 bits) of HMAC-SHA-256(server key, …) as base64url. Its first byte is its partition. The
 * subject itself is stored only if the policy file asks for that.
 */
export type SubjectKey = string & { readonly [subjectBrand]: 'SubjectKey' };

/** Characters of a subject key. */
export const SUBJECT_KEY_LENGTH = 22;

/** How one subject is known inside Curfew. */
export interface SubjectNames {
  /** By the server key that is written with, usually the newest. */
  readonly key: SubjectKey;
  /** By the other server keys that are in use. */
  olderKeys(): readonly SubjectKey[];
}
