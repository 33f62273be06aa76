import { bytesField, numberField, type ByteText } from './wire-writer.ts';

/** CheckResponse: status 1 with its code 1. Written out also when the code is 0, which is what protobuf assumes. */
export function statusField(code: number): ByteText {
  return bytesField(1, numberField(1, code));
}

/**
 * The bytes of a CheckResponse from its three fields. It knows no verdict, so the two encoders beside it are the only
 * ones to call it.
 *
 * @param status what {@link statusField} made
 * @param answer field 2 or 3: what the code of the status goes with
 * @param metadata field 4
 */
export function serializeCheckResponse(
  status: ByteText,
  answer: ByteText,
  metadata: ByteText,
): ByteText {
  return status + answer + metadata;
}
