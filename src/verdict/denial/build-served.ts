import type { DenyReply } from '../check-reply.ts';
import { guardHeaders } from '../header-guard.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { prefetchShape } from './program-shapes.ts';
import type { ServedReason } from '../reason.ts';
import { verdictMetadata } from '../verdict-metadata.ts';

/** The answer of Curfew in place of the application's. */
export function buildServed(judged: JudgedRequest, reason: ServedReason): DenyReply {
  const { httpStatus, headers, body } = prefetchShape(judged, reason);
  return {
    kind: 'deny',
    httpStatus,
    headers: guardHeaders([...headers, ['cache-control', 'no-store']]),
    body,
    metadata: verdictMetadata('served', reason, judged),
  };
}
