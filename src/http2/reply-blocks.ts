import { headerField } from './hpack/encode-header.ts';
import { percentEncode } from './percent-encode.ts';

const STATUS_200 = headerField(':status', '200');
const CONTENT_TYPE = headerField('content-type', 'application/grpc');

/** The header block that a response with messages begins with. */
export const RESPONSE_HEADERS: string = STATUS_200 + CONTENT_TYPE;

/** The trailers of a call that went well. */
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
 * The answer to a message in an encoding that we do not have; it names the ones that we do (gRPC compression,
 * "Compression Method Asymmetry Between Peers").
 */
export function withAcceptedEncodings(block: string): string {
  return block + headerField('grpc-accept-encoding', 'identity');
}

/** A response of plain HTTP, for what is no gRPC call: its content type was never promised. */
export function httpStatus(status: number, fields: readonly (readonly [string, string])[]): string {
  return (
    headerField(':status', String(status)) +
    fields.map(([name, value]) => headerField(name, value)).join('')
  );
}
