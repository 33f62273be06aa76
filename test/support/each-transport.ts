import type { GrpcServerOptions } from '../../src/transport/grpc-transport.ts';
import { TRANSPORTS } from '../../src/transport/start-transport.ts';
import type { TransportKind } from '../../src/transport/start-transport.ts';
import type { Answering } from './ask-handler.ts';
import { startTransport } from './transport.ts';
import type { TestTransport } from './transport.ts';

/** Starts a server of the suite's transport. */
export type StartTransport = (
  answer?: Answering,
  options?: Partial<GrpcServerOptions>,
) => Promise<TestTransport>;

/** A suite that is run once on each transport: to their clients they are the same. */
export function onEachTransport(
  title: string,
  suite: (start: StartTransport, kind: TransportKind) => void,
): void {
  for (const kind of TRANSPORTS) {
    describe(`${title} (${kind})`, () => {
      suite((answer, options) => startTransport(answer, options, kind), kind);
    });
  }
}
