import { constants } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';

const INT31_MAX = 2 ** 31 - 1;
/** How long the answer to the PING between the two GOAWAYs is waited for. */
const PING_MAX_MS = 1_000;
/** How long the calls that are open may take. */
const GRACE_MS = 30_000;

/**
 * Ends a connection of Node's HTTP/2 so that no call is lost (RFC 9113 section 6.8): a first GOAWAY that refuses none,
 * and the second when the peer has read it. What does not go away by then is cut off.
 */
export function leaveSession(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return;
  let grace: NodeJS.Timeout | undefined;
  const finish = (): void => {
    clearTimeout(wait);
    if (grace !== undefined || session.destroyed) return;
    grace = setTimeout(() => session.destroy(), GRACE_MS);
    session.close();
  };
  const wait = setTimeout(finish, PING_MAX_MS);
  session.once('close', () => {
    clearTimeout(wait);
    clearTimeout(grace);
  });
  session.goaway(constants.NGHTTP2_NO_ERROR, INT31_MAX);
  session.ping(finish);
}
