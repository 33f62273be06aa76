import type { PolicyExplanation } from '../policy/explain-selection.ts';
import type { ResolvedLimit } from '../policy/resolve-limits.ts';
import type { CheckReply, HeaderPair } from '../verdict/check-reply.ts';
import type { Explanation } from './explanation.ts';

/** For programs. Header values of the request are left out: they may be credentials. */
export function explanationJson({ facts, explanation, answers }: Explanation): string {
  const { judgement } = explanation;
  const { selection } = judgement;
  const value = {
    request: { method: facts.method, host: facts.host, path: facts.path },
    selection:
      'kind' in selection
        ? { unknown_policy: explanation.named }
        : {
            policy: selection.policy.name,
            judged_by: judgement.judging.map(({ policy }) => policy.name),
            named_by_route: explanation.named,
            ambiguity: judgement.ambiguity,
            normalised_path: judgement.path.normalised,
            session: selection.policy.session,
            mode: selection.policy.mode,
            on_expiry: selection.policy.onExpiry,
            passive: judgement.passive ?? false,
            idle_timeout_ms: selection.policy.idleTimeoutMs,
            absolute_timeout_ms: selection.policy.absoluteTimeoutMs,
            sources: [...selection.policy.sources],
          },
    policies: explanation.policies.map(policyJson),
    answers: answers.map(({ situation, source, verdict, reason, reply }) => ({
      situation,
      source,
      verdict,
      reason,
      ...replyJson(reply),
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function policyJson({ name, role, matchers, limits }: PolicyExplanation): object {
  return {
    name,
    role,
    matchers,
    limits: limits && { idle: limitJson(limits.idle), absolute: limitJson(limits.absolute) },
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

// A list, because set-cookie may stand in it twice.
function pairs(headers: readonly HeaderPair[]): object[] {
  return headers.map(([name, value]) => ({ name, value }));
}
