import type { Timeouts } from './timeouts.ts';

/**
 * What an enforcing policy does with a session that has reached one of its limits. `end`: the session
 * ends everywhere. `challenge`: only the request is refused, until a fresh login.
 */
export type OnExpiry = 'end' | 'challenge';

/**
 * The policy that judges one request: one of the file's, or several combined for a doubtful request.
 */
export interface EffectivePolicy extends Timeouts {
  /**
   * The policy's name. A combination has the name of its strictest member (smallest idle timeout).
   */
  readonly name: string;
  /**
   * `required`: no request passes without a live session. `optional`: one without it passes as
   * anonymous. `login`: the pages and calls of a login, which open no session and are never activity.
   * `ends`: the calls with which users sign out of the application, which end their sessions. `off`:
   * no session is read.
   */
  readonly session: 'required' | 'optional' | 'login' | 'ends' | 'off';
  readonly mode: 'enforce' | 'observe';
  /** By the name of a source that it admits. A doubtful request ends nothing, whatever this says. */
  readonly onExpiry: ReadonlyMap<string, OnExpiry>;
  /** Names of the sources that it admits. An allow removes the credentials of all other sources. */
  readonly sources: ReadonlySet<string>;
  /**
   * Names of sources that it does not admit and whose credentials stay on the request, unjudged,
   * because they are meant for the application.
   */
  readonly leave: ReadonlySet<string>;
  /**
   * How long a reply of the store about a live session may be used again; 0 = each request asks.
   */
  readonly maxStalenessMs: number;
  /** Whether upgrades and event streams count as activity. */
  readonly streams: 'passive' | 'active';
  /**
   * Explicit limit for a stream. `undefined`: the idle timeout for streams, none for other
   * requests.
   */
  readonly streamMaxMs: number | undefined;
  /** False for `stream_cut: off`: the header is removed instead of set. */
  readonly streamCut: boolean;
  /** Template with the placeholders `{return_to}`, `{reason}` and `{max_age}`. */
  readonly loginUrl: string | undefined;
  /** Hosts that an absolute return target may name, in lower case. */
  readonly returnHosts: ReadonlySet<string>;
  /** Origins whose scripts may read a denial: its CORS headers allow them. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly exposeLifetime: boolean;
}

/** Which policy judges a request, and how the request counts. */
export interface Selection {
  readonly policy: EffectivePolicy;
  /**
   * Some real server could read the request as one for another policy: nothing is ended, no redirect,
   * no cookie cleared.
   */
  readonly isDoubtful: boolean;
  /** The request is checked, but does not count as activity. */
  readonly passive: boolean;
  /**
   * The browser loads a page ahead of a click that may never come (`sec-purpose`). A prefetch is
   * always passive.
   */
  readonly isPrefetch: boolean;
  /**
   * The ends that some reading of the request asks for, however it is judged. Most requests ask for
   * none.
   */
  readonly endings: readonly SessionEnding[];
}

/** The end that an enforcing policy with `ends_session` asks for. */
export interface SessionEnding {
  /** The name of the policy. */
  readonly policy: string;
  /** Names of the sources whose sessions end. */
  readonly sources: ReadonlySet<string>;
  /** Origins, beside the one of the request's host, whose pages may sign a user out. */
  readonly corsOrigins: ReadonlySet<string>;
}
