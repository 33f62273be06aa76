// Ordinary replies of the handler, to be varied.

import type {
  AllowReply,
  DenyReply,
  NoReply,
  VerdictMetadata,
} from '../../../src/authz/check-call.ts';

function metadata(verdict: 'allow' | 'deny', reason: string): VerdictMetadata {
  return {
    verdict,
    reason,
    policy: 'default',
    mode: 'enforce',
    source: 'web',
    session: 'f00d',
    idle_remaining_s: undefined,
    absolute_remaining_s: undefined,
  };
}

export function allowReply(parts: Partial<AllowReply> = {}): AllowReply {
  return {
    kind: 'allow',
    requestHeaders: [],
    requestHeadersToRemove: [],
    responseHeaders: [],
    metadata: metadata('allow', 'ok'),
    ...parts,
  };
}

export function denyReply(parts: Partial<DenyReply> = {}): DenyReply {
  return {
    kind: 'deny',
    httpStatus: 401,
    headers: [['cache-control', 'no-store']],
    body: '',
    metadata: metadata('deny', 'idle_timeout'),
    ...parts,
  };
}

export function noReply(grpcStatus: NoReply['grpcStatus'] = 'UNAVAILABLE'): NoReply {
  return { kind: 'none', grpcStatus, message: 'store_unavailable: no answer' };
}
