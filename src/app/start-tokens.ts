import { createTokenVerifier } from '../tokens/create-token-verifier.ts';
import type { RunningTokenVerifier } from '../tokens/create-token-verifier.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import type { Shell } from './shell.ts';

/** Starts to fetch the keys of the token issuers that the policy file names. */
export function startTokens(
  policies: FollowedPolicies,
  { lifecycle, telemetry }: Shell,
): RunningTokenVerifier {
  const tokens = createTokenVerifier({
    sources: policies.current.policies.sources,
    clock: Date.now,
    observer: telemetry.tokens,
  });
  policies.onSwap((version) => tokens.useSources(version.policies.sources));
  lifecycle.opened('tokens', () => tokens.close());
  return tokens;
}
