import type { CheckReply, NoReply } from '../../authz/check-call.ts';
import { UnsafeReply } from './codec-fault.ts';
import { encodeAllow } from './encode-allow.ts';
import { encodeDeny } from './encode-deny.ts';
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
 * Encodes a reply. Anything that is not exactly one of the three replies is a fault, and so is an
 * empty response.
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
      throw new UnsafeReply('the reply has an unknown kind');
  }
}

/** To Envoy a response without bytes is an allow. */
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

/** An answer without a verdict. The message goes into an HTTP/2 header and Envoy's log. */
export function rpcError(grpcStatus: NoReply['grpcStatus'], message: string): WireAnswer {
  // An unknown status would become 0 or nothing in the library, and 0 is OK.
  if (!STATUSES.has(grpcStatus)) throw new UnsafeReply('the reply has an unknown gRPC status');
  return {
    kind: 'error',
    grpcStatus,
    message: message.slice(0, MESSAGE_CHARACTERS_MAX).replace(UNPRINTABLE, '?'),
  };
}
