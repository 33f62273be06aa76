import type { CheckTrace } from '../terms/check-trace.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { CheckReply } from '../verdict/check-reply.ts';

export type { CheckTrace } from '../terms/check-trace.ts';
export type { HeaderLine, RequestFacts } from '../terms/request-facts.ts';
export type { WantedHeader, WantedHeaders } from '../terms/wanted-headers.ts';
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
  /** The caller has hung up: no store work may begin. */
  readonly cancelled: boolean;
  /** `undefined`: this check is not traced. */
  readonly trace?: CheckTrace | undefined;
  /** Takes the answer. Must not throw. */
  answer(reply: CheckReply): void;
}

/**
 * Answers one check, exactly once: before it returns, or later if it has to wait for the store or a
 * key fetch. Never throws: faults become a `none` reply. The answer goes to a callback and not to a
 * promise, because each promise costs every check several turns of the microtask queue.
 */
export type CheckHandler = (facts: RequestFacts, call: CheckCall) => void;
