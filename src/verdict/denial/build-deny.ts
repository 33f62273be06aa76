import type { DenyReply } from '../check-reply.ts';
import { clientKind, type ClientKind } from './client-kind.ts';
import { corsHeaders } from '../cors-headers.ts';
import type { ShapeDenial } from './denial-shape.ts';
import { guardHeaders } from '../header-guard.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { documentShape, frameShape } from './navigation-shapes.ts';
import { prefetchShape, programShape } from './program-shapes.ts';
import { connectShape, grpcShape, grpcWebShape, mcpShape } from './protocol-shapes.ts';
import type { DenyReason } from '../reason.ts';
import { verdictMetadata } from '../verdict-metadata.ts';

/** The shape of a denial by the kind of client. A new kind needs a new row. */
const SHAPES: { readonly [Kind in ClientKind]: ShapeDenial } = {
  document: documentShape,
  frame: frameShape,
  grpc: grpcShape,
  'grpc-web': grpcWebShape,
  connect: connectShape,
  mcp: mcpShape,
  program: programShape,
};

/**
 * The answer that a client gets instead of the application's, in the shape that its kind
 * understands.
 */
export function buildDeny(judged: JudgedRequest, reason: DenyReason): DenyReply {
  const { facts, policy } = judged;
  const shape = shapeFor(judged, reason)(judged, reason);
  return {
    kind: 'deny',
    httpStatus: shape.httpStatus,
    headers: guardHeaders([
      ...shape.headers,
      ['cache-control', 'no-store'],
      ...shape.cookies,
      ...corsHeaders(facts, policy, shape.exposed),
    ]),
    body: shape.body,
    metadata: verdictMetadata('deny', reason, judged),
  };
}

/** The session of a refused prefetch may be live for other policies: only the click shows it. */
function shapeFor({ facts, isPrefetch }: JudgedRequest, reason: DenyReason): ShapeDenial {
  if (isPrefetch && reason === 'reauthentication_required') return prefetchShape;
  return SHAPES[clientKind(facts)];
}
