// A gRPC server for one test, which records what its observer got.

import type { CheckCall, RequestFacts } from '../../../src/authz/check-call.ts';
import type { GrpcServerOptions, GrpcTransport } from '../../../src/transport/grpc-transport.ts';
import { startTransport as startServer } from '../../../src/transport/start-transport.ts';
import type { TransportKind } from '../../../src/transport/start-transport.ts';
import type { TransportFault } from '../../../src/transport/transport-fault.ts';
import { ALL_HEADERS } from '../requests/all-headers.ts';
import { answering, type Answering } from '../decision/ask-handler.ts';
import { createCheckClient, type CheckClient } from '../requests/check-request.ts';
import { allowReply } from '../requests/reply.ts';

export interface TestTransport {
  readonly transport: GrpcTransport;
  readonly client: CheckClient;
  /** The requests that the handler got. */
  readonly asked: readonly RequestFacts[];
  readonly calls: readonly CheckCall[];
  readonly faults: readonly TransportFault[];
  /** `started Check`, `handled Check OK`, in their order. */
  readonly observed: readonly string[];
  close(): Promise<void>;
}

export async function startTransport(
  answer: Answering = () => allowReply(),
  options: Partial<GrpcServerOptions> = {},
  kind: TransportKind = 'fast',
): Promise<TestTransport> {
  const handler = answering(answer);
  const asked: RequestFacts[] = [];
  const calls: CheckCall[] = [];
  const faults: TransportFault[] = [];
  const observed: string[] = [];
  const transport = await startServer(kind, {
    address: '127.0.0.1:0',
    handler: (facts, call) => {
      asked.push(facts);
      calls.push(call);
      handler(facts, call);
    },
    wanted: () => ALL_HEADERS,
    onError: (fault) => faults.push(fault),
    rpcObserver: {
      started: ({ method }) => observed.push(`started ${method}`),
      handled: ({ method }, code) => observed.push(`handled ${method} ${code}`),
    },
    ...options,
  });
  const client = createCheckClient(transport.address);
  return {
    transport,
    client,
    asked,
    calls,
    faults,
    observed,
    close: async () => {
      client.close();
      await transport.close();
    },
  };
}
