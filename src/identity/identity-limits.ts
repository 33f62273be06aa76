/** Bounds of what is read as a credential. Reaching one makes the credential malformed. */
export const IDENTITY_LIMITS = {
  /** Bytes of an opaque credential, after percent-decoding. */
  credentialBytesMax: 4_096,
  /** Bytes of a JWT. */
  tokenBytesMax: 16_384,
  /** Bytes of all Cookie lines of a request together; Envoy's own default for all headers is 60 KiB. */
  cookieBytesMax: 65_536,
  /** Cookies of a request; browsers keep about 180 for one domain. */
  cookiesMax: 1_000,
  /** Occurrences of one cookie that are compared; browsers send one for each path and domain that set it. */
  occurrencesMax: 32,
  /** Characters of a session claim. */
  sessionClaimMax: 1_024,
} as const;
