import type { CheckAnswerer } from './answer-check.ts';
import type { CheckTracer } from './check-tracer.ts';
import type { RpcMethod, RpcObserver } from './rpc-observer.ts';

export const AUTHORIZATION_SERVICE = 'envoy.service.auth.v3.Authorization';

/** The only method of the service. */
export const CHECK: RpcMethod = { service: AUTHORIZATION_SERVICE, method: 'Check' };
export const CHECK_PATH: string = `/${CHECK.service}/${CHECK.method}`;

/** What the method needs, whatever the transport. */
export interface CheckServiceOptions extends CheckAnswerer {
  /** Calls open at a time in the whole process. */
  readonly callsMax: number;
  readonly rpcObserver: RpcObserver;
  /** `undefined`: checks are not traced, and no header of a call is read for it. */
  readonly tracer?: CheckTracer | undefined;
}
