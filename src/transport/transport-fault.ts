import type { MalformedCheck } from './malformed-check.ts';
import type { UnsafeReply } from './unsafe-reply.ts';

/** What the transport answers with an RPC error of its own; the handler has not seen it, or has broken its contract. */
export type TransportFault =
  MalformedCheck | UnsafeReply | HandlerFailed | TransportOverloaded | SendFailed;

/** The handler threw or rejected, which it never does: a bug. */
export class HandlerFailed extends Error {
  readonly code = 'ERR_HANDLER_FAILED';
  constructor(cause: unknown) {
    super('the check handler failed', { cause });
    this.name = 'HandlerFailed';
  }
}

/** More calls are open than this process will hold, however few the handler refuses. */
export class TransportOverloaded extends Error {
  readonly code = 'ERR_TRANSPORT_OVERLOADED';
  constructor(callsMax: number) {
    super(`${callsMax} calls are open`);
    this.name = 'TransportOverloaded';
  }
}

/** The answer could not be handed to the connection; the caller sees its end instead. */
export class SendFailed extends Error {
  readonly code = 'ERR_SEND_FAILED';
  constructor(cause: unknown) {
    super('an answer could not be sent', { cause });
    this.name = 'SendFailed';
  }
}
