import type { GrpcServerOptions } from '../../../src/transport/grpc-transport.ts';
import { TRANSPORTS } from '../../../src/transport/start-transport.ts';
import type { TransportKind } from '../../../src/transport/start-transport.ts';
import type { Answering } from '../decision/ask-handler.ts';
import { startTransport } from './transport.ts';
import type { TestTransport } from './transport.ts';

/** The transport of a suite. */
export interface OneTransport {
  readonly kind: TransportKind;
  /** Starts a server of this kind in this process; `startCurfew` and `startEdge` take the kind. */
  startTransport(answer?: Answering, options?: Partial<GrpcServerOptions>): Promise<TestTransport>;
}

/** A suite that runs once on each transport. All must behave alike for clients; a test names each difference. */
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
