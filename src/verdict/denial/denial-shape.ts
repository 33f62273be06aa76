import type { DenyReply, HeaderPair } from '../check-reply.ts';
import type { JudgedRequest } from '../judged-request.ts';
import type { DenyReason } from '../reason.ts';

/** What differs between the denials of one reason to different kinds of clients. */
export interface DenialShape {
  readonly httpStatus: DenyReply['httpStatus'];
  readonly headers: readonly HeaderPair[];
  readonly body: string;
  /** The `set-cookie` lines. */
  readonly cookies: readonly HeaderPair[];
  /** Response headers that a script of an allowed origin may read. */
  readonly exposed: readonly string[];
}

/** Shapes denials for one kind of client. */
export type ShapeDenial = (judged: JudgedRequest, reason: DenyReason) => DenialShape;

/** A shape without cookies. */
export function plainShape(
  httpStatus: DenyReply['httpStatus'],
  headers: readonly HeaderPair[],
  body: string,
): DenialShape {
  return { httpStatus, headers, body, cookies: [], exposed: ['www-authenticate'] };
}

/** A body in one of the JSON types. */
export function jsonHeaders(type: string): readonly HeaderPair[] {
  return [
    ['content-type', type],
    ['x-content-type-options', 'nosniff'],
  ];
}
