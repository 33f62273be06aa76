import type { CheckTrace } from '../session/check-trace.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { CheckReply } from '../verdict/check-reply.ts';

export type { CheckTrace } from '../session/check-trace.ts';
export type { HeaderLine, RequestFacts } from '../session/request-facts.ts';
export type { WantedHeaders } from '../session/wanted-headers.ts';
export type {
  AllowReply,
  CheckReply,
  DenyReply,
  HeaderPair,
  NoReply,
  VerdictMetadata,
} from '../verdict/check-reply.ts';

/** The caller's side of one check, as the transport sees it. */
export interface CheckCall {
  /** The caller has hung up: no store work is to begin. */
  readonly cancelled: boolean;
  /** `undefined`: nobody follows this check. */
  readonly trace?: CheckTrace | undefined;
  /** Takes the answer. Must not throw. */
  answer(reply: CheckReply): void;
}

/**
 * Answers one check, exactly once: before it returns, or later where the store (or a key fetch) has to be waited for.
 * Never throws: faults are a `none` reply. A callback rather than a promise, because every check comes along here.
 */
export type CheckHandler = (facts: RequestFacts, call: CheckCall) => void;
