import type { UnaryStream } from './unary-stream.ts';

/** The DATA of a request and its `content-length` differ (RFC 9113 section 8.1.1). */
export function isLengthWrong({ head, receivedBytes, isRequestComplete }: UnaryStream): boolean {
  if (head.contentLength < 0) return false;
  return isRequestComplete
    ? receivedBytes !== head.contentLength
    : receivedBytes > head.contentLength;
}
