import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { AdminProblem } from '../wire/problem.ts';
import { LINGER_MS } from './linger.ts';

/**
 * Answers what is not a request that Node reads: a head that is too large, other protocols, requests
 * that do not arrive in time. Node's own answer is empty and closes the connection at once, so that
 * a client that is still sending gets a reset in place of it.
 */
export function refuseUnreadable(server: Server): void {
  const inCall = new WeakSet<Socket>();
  server.on('request', ({ socket }, response) => {
    inCall.add(socket);
    response.on('close', () => inCall.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // What comes after the answer is unreadable, too, and is thrown away.
    if (socket.writableEnded) return;
    // The client would take this for the answer to the call that is under way.
    if (!socket.writable || inCall.has(socket)) {
      socket.destroy(error);
      return;
    }
    socket.end(answerTo(error.code));
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.on('close', () => clearTimeout(cut));
  });
}

function answerTo(code: string | undefined): string {
  const problem = problemOf(code);
  const body = JSON.stringify(problem.document);
  return [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

function problemOf(code: string | undefined): AdminProblem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AdminProblem('head_too_large', 'send a shorter target and shorter headers');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new AdminProblem('too_slow', 'send the whole request within ten seconds');
  }
  return new AdminProblem('invalid_request', 'this is not a request of HTTP/1.1');
}
