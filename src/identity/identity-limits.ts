/** Limits of what is read as a credential. Beyond a limit the credential is malformed. */
export const IDENTITY_LIMITS = {
  /** Bytes of an opaque credential, after percent-decoding. */
  credentialBytesMax: 4_096,
  /** Bytes of a JWT. */
  tokenBytesMax: 16_384,
  /**
   * Bytes of all Cookie lines of a request together. Envoy's own default for all headers is 60 KiB.
   */
  cookieBytesMax: 65_536,
  /** Cookies of a request. Browsers keep about 180 for one domain. */
  cookiesMax: 1_000,
  /**
   * Occurrences of one cookie. Browsers send one for each path and domain that set it. Beyond it:
   * ambiguous.
   */
  occurrencesMax: 32,
  /** Different values of one cookie that are judged. Beyond it: ambiguous. */
  valuesMax: 4,
  /** Characters of a session claim. */
  sessionClaimMax: 1_024,
  /** Characters of the name of a subject. */
  subjectMax: 256,
} as const;
