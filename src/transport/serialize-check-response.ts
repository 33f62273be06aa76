import { UnsafeReply } from './unsafe-reply.ts';
import { bytesField, numberField, type ByteText } from './wire-writer.ts';

/**
 * The bytes of a CheckResponse: status 1 with its code 1, the answer that belongs to it, dynamic_metadata 4. It knows
 * no verdict, so the two encoders beside it are the only ones to call it.
 *
 * @param answer a whole field, 2 or 3: what the code of the status goes with
 * @param metadata a google.protobuf.Struct
 * @throws {UnsafeReply} when a part is no bytes, hence would have another length on the wire
 */
export function serializeCheckResponse(code: number, answer: ByteText, metadata: ByteText): Buffer {
  const text = bytesField(1, numberField(1, code)) + answer + bytesField(4, metadata);
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length !== text.length) throw new UnsafeReply('the response is no bytes');
  return bytes;
}
