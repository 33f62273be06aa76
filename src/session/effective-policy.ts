import type { Timeouts } from './deadlines.ts';

/** The policy that judges one request: one of the file's, or several combined for an ambiguous path. */
export interface EffectivePolicy extends Timeouts {
  /** The policy's name; for a combination that of its strictest member (smallest idle timeout). */
  readonly name: string;
  readonly session: 'required' | 'optional' | 'off';
  readonly mode: 'enforce' | 'observe';
  readonly onExpiry: 'end' | 'challenge';
  /** Names of the sources whose credentials it admits; those of the others are removed from the request on allow. */
  readonly sources: ReadonlySet<string>;
  /** Explicit upper bound for a stream, or `undefined`: the idle timeout for streams, none for the rest. */
  readonly streamMaxMs: number | undefined;
  /** False: `stream_cut: off`, the header is removed instead of set. */
  readonly streamCut: boolean;
  /** Template with `{return_to}`, `{reason}` and `{max_age}`. */
  readonly loginUrl: string | undefined;
  /** Lower-case hosts that an absolute return target may name. */
  readonly returnHosts: ReadonlySet<string>;
  /** Origins that are told the truth by CORS headers on a denial. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly exposeLifetime: boolean;
}

/** Which policy judges a request, and how the request counts. */
export interface Selection {
  readonly policy: EffectivePolicy;
  /** Two honest parsers could read the path differently: nothing is ended, no redirect, no cookie cleared. */
  readonly ambiguousPath: boolean;
  /** The request is checked but is no activity. */
  readonly passive: boolean;
}
