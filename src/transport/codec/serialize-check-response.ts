import { bytesField, numberField, type ByteText } from './wire-writer.ts';

/** CheckResponse: status 1 with its code 1. A code of 0 is written, too. */
export function statusField(code: number): ByteText {
  return bytesField(1, numberField(1, code));
}

/**
 * The bytes of a CheckResponse from its three fields. It does not know the verdict, so only the two
 * encoders beside it may call it.
 *
 * @param status from {@link statusField}
 * @param answer field 2 or 3, which must match the code of the status
 * @param metadata field 4
 */
export function serializeCheckResponse(
  status: ByteText,
  answer: ByteText,
  metadata: ByteText,
): ByteText {
  return status + answer + metadata;
}
