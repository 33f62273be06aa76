import type { TokenVerifier } from '../authz/token-verifier.ts';
import { readPlace } from '../identity/read-place.ts';
import { createTokenVerifier } from '../tokens/create-token-verifier.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';

/** A person waits longer for keys than a check. */
const KEYS_WAIT_MAX_MS = 10_000;

/** Verifies the tokens that the user gives, with the keys that the file names. */
export interface GivenTokens extends TokenVerifier {
  /** Why keys could not be read, each with the file or URL. */
  readonly faults: readonly string[];
  close(): void;
}

/** Reads the keys of these sources, from files or over the network. */
export async function verifyGivenTokens(
  sources: readonly Source[],
  nowMs: number,
): Promise<GivenTokens> {
  const faults: string[] = [];
  const verifier = createTokenVerifier({
    sources,
    clock: () => nowMs,
    keysWaitMaxMs: KEYS_WAIT_MAX_MS,
    observer: {
      keysLoaded: () => undefined,
      keysUnreadable: ({ origin, why }) => faults.push(`${origin}: ${why}`),
    },
  });
  await verifier.firstTried();
  return {
    faults,
    verify: (source, token) => verifier.verify(source, token),
    close: () => verifier.close(),
  };
}

/**
 * The request as Envoy passes it on when its jwt_authn filter has verified the given tokens. Their
 * signatures are Envoy's to verify, so nothing here does.
 */
export function withEnvoysPayloads(sources: readonly Source[], facts: RequestFacts): RequestFacts {
  const payloads: Record<string, unknown> = {};
  for (const { place } of sources) {
    if (place.kind !== 'jwt' || place.verifiedBy.kind !== 'envoy') continue;
    const reading = readPlace(facts, place);
    const claims = reading.kind === 'value' ? claimsIn(reading.value) : undefined;
    if (claims !== undefined) payloads[place.verifiedBy.metadataKey] = claims;
  }
  return Object.keys(payloads).length === 0 ? facts : { ...facts, jwtMetadata: payloads };
}

function claimsIn(token: string): unknown {
  const [, payload = ''] = token.split('.');
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
