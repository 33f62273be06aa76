/**
 * The signature algorithms that a token may use: asymmetric ones only. `none` does not sign, and with
 * a symmetric algorithm everyone able to verify a token can also forge one.
 */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
