import type { CheckReply, NoReply } from '../authz/check-call.ts';
import { encodeAllow } from './encode-allow.ts';
import { encodeDeny } from './encode-deny.ts';
import { UnsafeReply } from './unsafe-reply.ts';
import type { ByteText } from './wire-writer.ts';

/** How a call ends: with a CheckResponse, or with an RPC error. */
export type WireAnswer =
  | { readonly kind: 'response'; readonly text: ByteText }
  | {
      readonly kind: 'error';
      readonly grpcStatus: NoReply['grpcStatus'];
      /** Printable ASCII of bounded length. */
      readonly message: string;
    };

/**
 * A reply as it goes on the wire. Whatever is not plainly one of the three replies is a fault, and so are no bytes.
 * @throws {UnsafeReply}
 */
export function encodeReply(reply: CheckReply): WireAnswer {
  switch (reply.kind) {
    case 'allow':
      return response(encodeAllow(reply));
    case 'deny':
      return response(encodeDeny(reply));
    case 'none':
      return rpcError(reply.grpcStatus, reply.message);
    default:
      reply satisfies never;
      throw new UnsafeReply('the reply is of no known kind');
  }
}

/** Envoy takes no bytes for an allow. */
function response(text: ByteText): WireAnswer {
  if (text === '') throw new UnsafeReply('the response has no bytes');
  return { kind: 'response', text };
}

const MESSAGE_CHARACTERS_MAX = 300;
const UNPRINTABLE = /[^\x20-\x7e]/g;
const STATUSES: ReadonlySet<string> = new Set<NoReply['grpcStatus']>([
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'INTERNAL',
  'INVALID_ARGUMENT',
]);

/** No verdict. The message ends up in a header of HTTP/2 and in Envoy's log. */
export function rpcError(grpcStatus: NoReply['grpcStatus'], message: string): WireAnswer {
  // A status that is none would be 0 or nothing for the library, and that is OK.
  if (!STATUSES.has(grpcStatus)) throw new UnsafeReply('the reply has no known gRPC status');
  return {
    kind: 'error',
    grpcStatus,
    message: message.slice(0, MESSAGE_CHARACTERS_MAX).replace(UNPRINTABLE, '?'),
  };
}
