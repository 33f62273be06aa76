import { type JWK, importJWK } from 'jose';

const KEYS_MAX = 100;
/** RFC 7518 section 3.3. */
const RSA_BITS_MIN = 2_048;
const CURVE_ALGORITHMS = new Map([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
  ['Ed25519', 'EdDSA'],
]);

export interface UsableKeys {
  readonly keys: readonly JWK[];
  /** Entries that cannot verify a signature. */
  readonly ignored: number;
}

/**
 * Reads a JWK set (RFC 7517 section 5) and keeps the public keys that can verify a signature.
 * Others are ignored, as the RFC says, because sets also contain keys for other purposes. Each key
 * is tried here, so a broken key is noticed when it is loaded and not when a token names it.
 * @throws {Error} if the text is not a key set, or none of its keys can be used
 */
export async function parseKeySet(text: string): Promise<UsableKeys> {
  const entries = keysIn(text);
  if (entries === undefined) throw new Error('this is not a JWK set: expected { "keys": [...] }');
  if (entries.length > KEYS_MAX) throw new Error(`the set has more than ${KEYS_MAX} keys`);
  const tried = await Promise.all(entries.map((entry) => usableKey(entry)));
  const keys = tried.filter((key) => key !== undefined);
  if (keys.length === 0) throw new Error('the set has no key that can verify a signature');
  return { keys, ignored: entries.length - keys.length };
}

function keysIn(text: string): readonly unknown[] | undefined {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    return undefined; // the parser's message is left out because it quotes the text
  }
  if (typeof set !== 'object' || set === null || !('keys' in set)) return undefined;
  return Array.isArray(set.keys) ? set.keys : undefined;
}

async function usableKey(entry: unknown): Promise<JWK | undefined> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return undefined;
  const jwk = entry as JWK;
  // With a symmetric key a verifier could also sign, and private keys do not belong here.
  if (jwk.kty === 'oct' || 'k' in jwk || 'd' in jwk || 'priv' in jwk) return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  try {
    const key = await importJWK(jwk, jwk.alg ?? algorithmOf(jwk));
    if (key instanceof Uint8Array || key.type !== 'public') return undefined;
    const { modulusLength } = key.algorithm as { modulusLength?: number };
    return (modulusLength ?? RSA_BITS_MIN) >= RSA_BITS_MIN ? jwk : undefined;
  } catch {
    return undefined;
  }
}

/** An algorithm that fits the key, for trying it. */
function algorithmOf(jwk: JWK): string {
  return CURVE_ALGORITHMS.get(jwk.crv ?? '') ?? 'RS256';
}
