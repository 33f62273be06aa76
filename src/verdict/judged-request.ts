import type { SessionClocks } from '../session/deadlines.ts';
import type { EffectivePolicy } from '../terms/effective-policy.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Timeouts } from '../terms/timeouts.ts';
import type { SessionTag } from '../session/session-key.ts';
import type { Source } from '../terms/source.ts';
import type { HeaderPair } from './check-reply.ts';

/** Settings of the policy file that shape answers. */
export interface ReplySettings {
  /** Name of the stream cut header, in lower case. Envoy's `header_prefix` may rename it. */
  readonly streamCutHeader: string;
  /** Realm in `www-authenticate`. */
  readonly realm: string;
}

/** Everything from which the answer to one request is made. */
export interface JudgedRequest {
  readonly facts: RequestFacts;
  readonly policy: EffectivePolicy;
  readonly isDoubtful: boolean;
  /** The request does not count as activity: a stream that it opens ends at the idle deadline. */
  readonly passive: boolean;
  /** A browser loads the page ahead of a click. */
  readonly isPrefetch: boolean;
  /** The source whose credential was found, well-formed or malformed. */
  readonly source: Source | undefined;
  /**
   * All sources that the policy admits, in file order. They name the challenges if no credential
   * was sent.
   */
  readonly admittedSources: readonly Source[];
  readonly tag: SessionTag | undefined;
  /** As the touch left them. `undefined`: no live record was read. */
  readonly clocks: SessionClocks | undefined;
  /** The limit that was reached, for `reauthentication_required`. */
  readonly reachedLimit: 'idle' | 'absolute' | undefined;
  /**
   * The limits of every enforcing policy that ends sessions of the source. One of them may have
   * ended the session before this request.
   */
  readonly endLimits: readonly Timeouts[];
  /**
   * Names of the cookies that a browser must forget with the credential: the source's cookie, its
   * companions, and the pieces that the request carries. Called at most once, and only for a denial.
   */
  readonly cookiesToClear: () => readonly string[];
  /**
   * A policy with `session: login` admits the source: the login drops a dead cookie, so a redirect
   * to it need not.
   */
  readonly isLoginSource: boolean;
  /** Changes that take credentials which were not judged off the request (allow only). */
  readonly strip: { readonly set: readonly HeaderPair[]; readonly remove: readonly string[] };
  readonly settings: ReplySettings;
}
