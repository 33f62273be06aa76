import { headerField } from '../hpack/encode-header.ts';
import { percentEncode } from './percent-encode.ts';

const STATUS_200 = headerField(':status', '200');
const CONTENT_TYPE = headerField('content-type', 'application/grpc');

/** The first header block of a response with messages. */
export const RESPONSE_HEADERS: string = STATUS_200 + CONTENT_TYPE;

/** The trailers of a successful call. */
export const OK_TRAILERS: string = headerField('grpc-status', '0');

/** The trailers of any other call. */
export function statusTrailers(code: number, message: string): string {
  const status = headerField('grpc-status', String(code));
  return message === '' ? status : status + headerField('grpc-message', percentEncode(message));
}

/** A whole response without a message ("Trailers-Only"). */
export function statusOnly(code: number, message: string): string {
  return RESPONSE_HEADERS + statusTrailers(code, message);
}

/**
 * Adds the encodings that we support, for the answer to a message in another one (gRPC compression,
 * "Compression Method Asymmetry Between Peers").
 */
export function withAcceptedEncodings(block: string): string {
  return block + headerField('grpc-accept-encoding', 'identity');
}

/** A plain HTTP response, for a request that is not a gRPC call. */
export function httpStatus(status: number, fields: readonly (readonly [string, string])[]): string {
  return (
    headerField(':status', String(status)) +
    fields.map(([name, value]) => headerField(name, value)).join('')
  );
}
