/** The members of a token's payload. */
type Claims = Readonly<Record<string, unknown>>;

/** The claims that a token in the shape of a JWT presents, true or not. */
export function unverifiedClaims(token: string): Claims | undefined {
  const [, payload = ''] = token.split('.', 2);
  const bytes = Uint8Array.from(atob(asBase64(payload)), (character) => character.charCodeAt(0));
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isClaims(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function asBase64(base64url: string): string {
  return base64url.replaceAll('-', '+').replaceAll('_', '/');
}

/** Whether a value is a JSON object. */
export function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
