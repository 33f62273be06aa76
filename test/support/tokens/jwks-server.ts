import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An identity provider's key endpoint on loopback that counts requests, and answers as the test sets it. */
export interface JwksServer {
  readonly uri: string;
  asked: number;
  /** Its answer from now on; a text is sent with status 200. */
  answer: Answer | string;
  close(): Promise<void>;
}

export async function jwksServer(answer: Answer | string): Promise<JwksServer> {
  const server = createServer((request, response) => {
    jwks.asked += 1;
    if (typeof jwks.answer === 'function') jwks.answer(request, response);
    else response.setHeader('content-type', 'application/json').end(jwks.answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const jwks: JwksServer = {
    uri: `http://127.0.0.1:${port}/jwks.json`,
    asked: 0,
    answer,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return jwks;
}
