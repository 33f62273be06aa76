import type { FollowedPolicies } from './follow-policies.ts';
import { createTokenVerifier } from './jwt/create-token-verifier.ts';
import type { RunningTokenVerifier } from './jwt/create-token-verifier.ts';
import type { TokenEvent } from './jwt/token-event.ts';
import type { Log } from './log.ts';
import type { Shell } from './shell.ts';

/** Starts to fetch the keys of the token issuers that the policy file names, and follows the file. */
export function startTokens(policies: FollowedPolicies, shell: Shell): RunningTokenVerifier {
  const tokens = createTokenVerifier({
    sources: policies.current().policies.sources,
    clock: Date.now,
    onEvent: (event) => tell(event, shell.log),
  });
  policies.onSwap((version) => tokens.useSources(version.policies.sources));
  shell.lifecycle.opened('tokens', () => tokens.close());
  return tokens;
}

function tell(event: TokenEvent, log: Log): void {
  switch (event.kind) {
    case 'token_keys_loaded': {
      const fields = {
        event: event.kind,
        origin: event.origin,
        keys: event.keys,
        ignored: event.ignored,
      };
      if (event.keys === 0) log.error(fields, 'no key of the issuer can verify a token');
      else log.info(fields, 'the keys of the token issuer are loaded');
      return;
    }
    case 'token_keys_unreadable': {
      const fields = { event: event.kind, origin: event.origin, why: event.why, kept: event.kept };
      const words = event.kept ? 'the last good ones stay in use' : 'its tokens get no verdict';
      log.error(fields, `the keys of a token issuer cannot be read; ${words}`);
      return;
    }
    default:
      event satisfies never;
  }
}
