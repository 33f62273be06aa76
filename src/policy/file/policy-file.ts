import type { OnStoreLoss } from '../../terms/on-store-loss.ts';
import type { CredentialFormat } from '../../terms/source.ts';

/** A duration with units as written, e.g. `15m`. */
export type DurationText = string;

/** A duration, or `off`, which readers of YAML 1.1 turn into `false`. */
export type DurationOrOff = string | false;

/** One matcher as written: all of its fields must hold. */
export interface MatcherEntry {
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly header?: HeaderMatchEntry | readonly HeaderMatchEntry[] | undefined;
  readonly principal?: string | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
}

export interface HeaderMatchEntry {
  readonly name: string;
  readonly value?: string | undefined;
  readonly trusted?: boolean | undefined;
}

/** One matcher of `passive`, which may look at more than a matcher of `match`. */
export interface PassiveEntry extends MatcherEntry {
  readonly query?: QueryMatchEntry | undefined;
  readonly automatic?: true | undefined;
}

export interface QueryMatchEntry {
  readonly name: string;
  readonly value?: string | undefined;
}

export interface CookieEntry {
  readonly name: string;
  readonly path?: string | undefined;
  readonly domain?: string | undefined;
  readonly same_site?: 'lax' | 'strict' | 'none' | undefined;
  readonly partitioned?: boolean | undefined;
}

export interface JwtEntry {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  readonly justification?: string | undefined;
  readonly verified_by?: 'curfew' | 'envoy' | undefined;
  readonly metadata_key?: string | undefined;
  readonly forwarded_headers?: readonly string[] | undefined;
  readonly jwks_file?: string | undefined;
  readonly jwks_uri?: string | undefined;
  readonly algorithms?: readonly string[] | undefined;
  readonly leeway?: DurationText | undefined;
  readonly header?: string | undefined;
  readonly cookie?: string | CookieEntry | undefined;
  readonly session_claim?: string | undefined;
  readonly session_from?: 'jti' | 'hash' | undefined;
  readonly per_login?: boolean | undefined;
  readonly subject_claim?: string | undefined;
}

/** Where a request names the subject of its session. */
export interface SubjectEntry {
  readonly header: string;
  readonly trusted?: boolean | undefined;
}

/** One entry of `sources` as written. */
export interface SourceEntry {
  readonly name: string;
  readonly cookie?: string | CookieEntry | undefined;
  readonly header?: string | undefined;
  readonly bearer?: Readonly<Record<string, never>> | undefined;
  readonly jwt?: JwtEntry | undefined;
  readonly opening?: 'first-use' | 'registered' | undefined;
  readonly credential_lifetime?: DurationText | undefined;
  readonly format?: CredentialFormat | undefined;
  readonly take?:
    { readonly after?: string | undefined; readonly before?: string | undefined } | undefined;
  readonly pieces?: 'refuse' | 'ignore' | undefined;
  readonly case?: 'any' | 'exact' | undefined;
  readonly clear_with?: readonly string[] | undefined;
  readonly path_parameter?: string | undefined;
  readonly subject?: SubjectEntry | undefined;
  readonly touch_interval?: DurationText | undefined;
}

/** How long sessions last under one policy, and what counts as activity. */
export interface LimitKeys {
  readonly preset?: string | undefined;
  readonly idle?: DurationOrOff | undefined;
  readonly absolute?: DurationOrOff | undefined;
  readonly justification?: string | undefined;
  readonly mode?: 'enforce' | 'observe' | undefined;
  readonly on_expiry?: 'end' | 'challenge' | undefined;
  readonly passive?: readonly PassiveEntry[] | undefined;
  readonly streams?: 'passive' | 'active' | undefined;
  readonly max_staleness?: DurationText | undefined;
}

/** What Envoy and the client get under one policy. */
export interface AnswerKeys {
  readonly stream_max?: DurationText | undefined;
  readonly stream_cut?: 'on' | 'off' | boolean | undefined;
  readonly login_url?: string | undefined;
  readonly return_hosts?: readonly string[] | undefined;
  readonly cors_origins?: readonly string[] | undefined;
  readonly expose_lifetime?: boolean | undefined;
}

/** One entry of `policies` as written. */
export interface PolicyEntry extends LimitKeys, AnswerKeys {
  readonly name: string;
  readonly match?: readonly MatcherEntry[] | undefined;
  readonly by_name?: boolean | undefined;
  readonly session?: 'required' | 'optional' | 'login' | 'off' | false | undefined;
  readonly ends_session?: boolean | undefined;
  readonly sources?: readonly string[] | undefined;
  readonly leave?: readonly string[] | undefined;
}

/** The policy file as written: what the schema accepts, before defaults and meaning. */
export interface PolicyFile {
  readonly version: 1;
  readonly sources: readonly SourceEntry[];
  readonly policies: readonly PolicyEntry[];
  readonly ambiguous_paths?: 'strictest' | 'literal' | undefined;
  readonly host_ports?: 'ignored' | undefined;
  readonly subject_names?: 'hashed' | 'clear' | undefined;
  readonly on_store_loss?: OnStoreLoss | undefined;
  readonly openings?:
    { readonly per_second?: number | undefined; readonly burst?: number | undefined } | undefined;
  readonly stream_cut_header?: string | undefined;
  readonly realm?: string | undefined;
}
