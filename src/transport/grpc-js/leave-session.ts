import type { ServerHttp2Session } from 'node:http2';

/**
 * Asks the peer of one of Node's HTTP/2 connections to leave, and ends the connection if it does
 * not leave in time. Calls that arrive after our GOAWAY are refused as never processed
 * (REFUSED_STREAM): Node cannot send a first GOAWAY that refuses nothing, as our own server does.
 *
 * @param graceMs how long the open calls may take
 */
export function leaveSession(session: ServerHttp2Session, graceMs: number): void {
  if (session.closed || session.destroyed) return;
  const grace = setTimeout(() => session.destroy(), graceMs);
  session.once('close', () => clearTimeout(grace));
  session.close();
}
