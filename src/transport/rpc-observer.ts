import type { CheckTrace } from '../authz/check-call.ts';

/** A method that this server offers. Both names come from a closed set. */
export interface RpcMethod {
  readonly service: string;
  readonly method: string;
}

/** Counts calls in the words of the gRPC ecosystem (`grpc_server_*`). Must not throw. */
export interface RpcObserver {
  /** A whole request has arrived. Calls that the library refuses before (oversize, unknown method) are not told. */
  started(rpc: RpcMethod): void;
  /**
   * The call is over: answered, or given up by its caller.
   * @param code name of the gRPC status, such as `OK`, `UNAVAILABLE`, `CANCELLED`
   * @param trace of a check that is followed
   */
  handled(rpc: RpcMethod, code: string, seconds: number, trace?: CheckTrace): void;
}
