import { writeFile } from 'node:fs/promises';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { JWTPayload } from 'jose';

/** An issuer of tokens. */
export interface TokenIssuer {
  /** Writes the public keys as a JWKS file. */
  writeKeys(path: string): Promise<void>;
  sign(claims: JWTPayload): Promise<string>;
}

/** An issuer with a fresh key. */
export async function tokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  return {
    writeKeys: (path) => writeFile(path, JSON.stringify({ keys: [key] })),
    sign: (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey),
  };
}
