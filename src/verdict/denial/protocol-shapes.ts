import { joinedHeader } from '../../terms/header-lines.ts';
import { authenticateHeaders } from './authenticate-headers.ts';
import type { HeaderPair } from '../check-reply.ts';
import { CLIENT_WORDS } from './client-words.ts';
import { jsonHeaders, plainShape, type DenialShape } from './denial-shape.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { REASON_OF_END, REASONS, type DenyReason } from '../reason.ts';
import { namesEventStream } from '../stream-request.ts';

const JSON_HEADERS = jsonHeaders('application/json');
const GRPC_EXPOSED = ['www-authenticate', 'grpc-status', 'grpc-message'];
/** The code UNAUTHENTICATED. */
const GRPC_STATUS: HeaderPair = ['grpc-status', '16'];

/**
 * Envoy makes the answer: the status from 401, the message from the body, and a content type that it
 * would not set if there were one.
 */
export function grpcShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  const headers = authenticateHeaders(judged, reason);
  return { ...plainShape(401, headers, sentence(reason)), exposed: GRPC_EXPOSED };
}

/**
 * gRPC-Web that no filter of Envoy has translated: status and message are headers of an answer
 * without a body. Clients show no reason that comes with another HTTP status. Envoy leaves out the
 * content type of an empty body, and clients do not need it then.
 */
export function grpcWebShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  const headers: readonly HeaderPair[] = [
    ...authenticateHeaders(judged, reason),
    ['content-type', 'application/grpc-web+proto'],
    GRPC_STATUS,
    ['grpc-message', sentence(reason)],
  ];
  return { ...plainShape(200, headers, ''), exposed: GRPC_EXPOSED };
}

/** The error of a unary call. Clients show `message`; those of streams show the HTTP status. */
export function connectShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  const headers = [...authenticateHeaders(judged, reason), ...JSON_HEADERS];
  const body = JSON.stringify({ code: 'unauthenticated', message: sentence(reason) });
  return plainShape(401, headers, body);
}

const ENDS: ReadonlySet<DenyReason> = new Set(Object.values(REASON_OF_END));
/** From the range that JSON-RPC leaves to implementations; SDKs use it for closed sessions. */
const MCP_ERROR_CODE = -32_001;

/**
 * MCP clients show the message of a JSON-RPC error, and those with OAuth go to a login after 401. The
 * event stream gets 404, which says that there is none: clients open it by themselves, and would
 * open a login page with no person there. A session that has ended counts as deleted.
 */
export function mcpShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  const { facts } = judged;
  if (facts.method === 'DELETE' && ENDS.has(reason)) return plainShape(204, [], '');
  const error = {
    code: MCP_ERROR_CODE,
    message: sentence(reason),
    data: { reason: REASONS[reason].clientReason },
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error });
  const isStream = facts.method === 'GET' && namesEventStream(joinedHeader(facts, 'accept') ?? '');
  if (isStream) return plainShape(404, JSON_HEADERS, body);
  return plainShape(401, [...authenticateHeaders(judged, reason), ...JSON_HEADERS], body);
}

function sentence(reason: DenyReason): string {
  return CLIENT_WORDS[REASONS[reason].clientReason].detail;
}
