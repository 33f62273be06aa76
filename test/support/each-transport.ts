import type { GrpcServerOptions } from '../../src/transport/grpc-transport.ts';
import { TRANSPORTS } from '../../src/transport/start-transport.ts';
import type { TransportKind } from '../../src/transport/start-transport.ts';
import type { Answering } from './ask-handler.ts';
import { startTransport } from './transport.ts';
import type { TestTransport } from './transport.ts';

/** The transport that a suite is run on. */
export interface OneTransport {
  readonly kind: TransportKind;
  /** Starts a server of this kind in this process; `startCurfew` and `startEdge` take the kind. */
  startTransport(answer?: Answering, options?: Partial<GrpcServerOptions>): Promise<TestTransport>;
}

/** A suite that is run once on each transport: to their clients all are the same, and where they are not, a test says it. */
export function onEachTransport(
  title: string,
  suite: (this: Mocha.Suite, transport: OneTransport) => void,
): void {
  for (const kind of TRANSPORTS) {
    describe(`${title} (${kind})`, function () {
      suite.call(this, {
        kind,
        startTransport: (answer, options) => startTransport(answer, options, kind),
      });
    });
  }
}
