import type { ServerHttp2Session } from 'node:http2';

/** How long the calls that are open may take. */
const GRACE_MS = 30_000;

/**
 * Asks the peer of one of Node's HTTP/2 connections to go; what has not gone in time is cut off. What comes after our GOAWAY is
 * refused as never processed (REFUSED_STREAM): Node knows no first GOAWAY that refuses nothing, as our own server sends.
 */
export function leaveSession(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return;
  const grace = setTimeout(() => session.destroy(), GRACE_MS);
  session.once('close', () => clearTimeout(grace));
  session.close();
}
