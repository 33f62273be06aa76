import { authenticateHeaders } from './authenticate-headers.ts';
import { problemDocument } from './problem-document.ts';
import { jsonHeaders, plainShape, type DenialShape } from './denial-shape.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { REASONS, type DenyReason, type ServedReason } from '../reason.ts';

const PROBLEM_HEADERS = jsonHeaders('application/problem+json');

/** A problem document. */
export function programShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  const headers = [...authenticateHeaders(judged, reason), ...PROBLEM_HEADERS];
  return plainShape(401, headers, problemDocument(REASONS[reason].clientReason));
}

/**
 * A browser drops what it gets with 503, and asks again when the person clicks. With 204 the click
 * would do nothing, and a redirect would be followed and kept.
 */
export function prefetchShape(
  _judged: JudgedRequest,
  reason: DenyReason | ServedReason,
): DenialShape {
  return plainShape(503, PROBLEM_HEADERS, problemDocument(REASONS[reason].clientReason, 503));
}
