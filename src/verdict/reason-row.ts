import type { NoReply } from './check-reply.ts';

/** A reason for which an enforcing policy lets a request pass. */
export interface AllowRow {
  readonly class: 'allow';
  /** What it means, for the reference page. */
  readonly meaning: string;
}

/** A reason for which a request may be refused. */
export interface DenyRow {
  readonly class: 'deny';
  readonly meaning: string;
  /** The reason that the refused client is given. */
  readonly clientReason: string;
  /** The session has certainly ended or never was: a browser may forget its cookie. */
  readonly isGone: boolean;
  /**
   * A login gives the client a credential that passes. Otherwise it is not sent there, because it
   * would come back with the same credentials without end.
   */
  readonly isMendedByLogin: boolean;
}

/** A reason for which Curfew answers in place of the application. */
export interface ServedRow {
  readonly class: 'served';
  readonly meaning: string;
  /** The reason that the client is given. */
  readonly clientReason: string;
}

/** A reason for which there may be no verdict. */
export interface NoVerdictRow {
  readonly class: 'none';
  readonly meaning: string;
  /** How the RPC may fail for it, the usual status first. */
  readonly grpcStatuses: readonly NoReply['grpcStatus'][];
}
