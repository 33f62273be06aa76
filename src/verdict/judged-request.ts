import type { SessionClocks } from '../session/deadlines.ts';
import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { SessionTag } from '../session/session-key.ts';
import type { Source } from '../session/source.ts';
import type { HeaderPair } from './check-reply.ts';

/** Settings of the whole file that shape answers. */
export interface ReplySettings {
  /** Name of the stream cut header, lower case; Envoy's `header_prefix` may rename it. */
  readonly streamCutHeader: string;
  /** Realm in `www-authenticate`. */
  readonly realm: string;
}

/** Everything that the answer to one judged request is made from. */
export interface JudgedRequest {
  readonly facts: RequestFacts;
  readonly policy: EffectivePolicy;
  readonly ambiguousPath: boolean;
  /** The source that found (or found malformed) the credential. */
  readonly source: Source | undefined;
  /** All sources that the policy admits, in file order: they name the challenge when no credential came. */
  readonly admittedSources: readonly Source[];
  readonly tag: SessionTag | undefined;
  /** As the touch left them; undefined when no live record was read. */
  readonly clocks: SessionClocks | undefined;
  /** For `reauthentication_required`: which limit was reached. */
  readonly reachedLimit: 'idle' | 'absolute' | undefined;
  /** Changes that take credentials off the request that nobody judged (allow only). */
  readonly strip: { readonly set: readonly HeaderPair[]; readonly remove: readonly string[] };
  readonly settings: ReplySettings;
}
