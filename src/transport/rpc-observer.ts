import type { CheckTrace } from '../authz/check-call.ts';

/** A method of this server. Both names are from a closed set. */
export interface RpcMethod {
  readonly service: string;
  readonly method: string;
}

/** Counts calls under the names of the gRPC ecosystem (`grpc_server_*`). Must not throw. */
export interface RpcObserver {
  /**
   * A whole request has arrived. Not called for calls refused before (too large, unknown method).
   */
  started(rpc: RpcMethod): void;
  /**
   * The call has ended: it was answered, or its caller cancelled it.
   * @param code the name of the gRPC status, such as `OK`, `UNAVAILABLE`, `CANCELLED`
   * @param trace of a check that is traced
   */
  handled(rpc: RpcMethod, code: string, seconds: number, trace?: CheckTrace): void;
}
