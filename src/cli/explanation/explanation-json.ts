import type { PolicyExplanation } from '../../policy/explain-selection.ts';
import type { ResolvedLimit } from '../../policy/build/resolve-limits.ts';
import type { CheckReply, HeaderPair } from '../../verdict/check-reply.ts';
import { endingsJson } from './ending-text.ts';
import { expiryJson } from '../expiry-text.ts';
import type { Explanation } from './explanation.ts';

/** For programs. Header values of the request are left out: they may be credentials. */
export function explanationJson({ facts, explanation, answers }: Explanation): string {
  const { details } = explanation;
  const { selection } = details;
  const value = {
    request: { method: facts.method, host: facts.host, path: facts.path },
    selection:
      'kind' in selection
        ? { unknown_policy: explanation.named }
        : {
            policy: selection.policy.name,
            judged_by: details.applied.map(({ policy }) => policy.name),
            named_by_route: explanation.named,
            ambiguity: details.ambiguity,
            readings: details.otherReadings.map((reading) => ({
              ...reading,
              passive: reading.passive ?? false,
            })),
            normalised_path: details.path.normalised,
            session: selection.policy.session,
            mode: selection.policy.mode,
            endings: endingsJson(selection, facts),
            on_expiry: Object.fromEntries(selection.policy.onExpiry),
            passive: details.passive ?? false,
            idle_timeout_ms: selection.policy.idleTimeoutMs,
            absolute_timeout_ms: selection.policy.absoluteTimeoutMs,
            max_staleness_ms: selection.policy.maxStalenessMs,
            sources: [...selection.policy.sources],
          },
    policies: explanation.policies.map(policyJson),
    answers: answers.map(({ situation, source, verdict, reason, cause, why, reply }) => ({
      situation,
      source,
      verdict,
      reason,
      cause,
      why: why.length === 0 ? undefined : why,
      ...replyJson(reply),
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function policyJson({ name, role, matchers, limits, expiry }: PolicyExplanation): object {
  return {
    name,
    role,
    matchers,
    limits: limits && { idle: limitJson(limits.idle), absolute: limitJson(limits.absolute) },
    on_expiry: limits && expiryJson(expiry),
  };
}

function limitJson(limit: ResolvedLimit): object {
  return {
    timeout_ms: limit.timeoutMs,
    from: limit.from,
    preset: limit.preset?.name,
    citation: limit.preset?.citation,
    looser_than_preset: limit.looserThanPreset,
    justification: limit.justification,
  };
}

function replyJson(reply: CheckReply): object {
  switch (reply.kind) {
    case 'allow':
      return {
        request_headers: pairs(reply.requestHeaders),
        request_headers_removed: reply.requestHeadersToRemove,
        response_headers: pairs(reply.responseHeaders),
        metadata: reply.metadata,
      };
    case 'deny':
      return {
        http_status: reply.httpStatus,
        headers: pairs(reply.headers),
        body: reply.body,
        metadata: reply.metadata,
      };
    case 'none':
      return { grpc_status: reply.grpcStatus, message: reply.message };
    default:
      return reply satisfies never;
  }
}

// A list, because set-cookie may occur twice.
function pairs(headers: readonly HeaderPair[]): object[] {
  return headers.map(([name, value]) => ({ name, value }));
}
