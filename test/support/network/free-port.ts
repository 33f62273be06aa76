import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that Linux gives to connections and to servers that listen on port 0 (from 32768
// on by default, ip_local_port_range), so that none of these takes a port between its choice and
// its use.
const FIRST_PORT = 10_000;
const LAST_PORT = 32_767;
const PORTS = LAST_PORT - FIRST_PORT + 1;

// A random place for each process, because suites run side by side.
let next = Math.floor(Math.random() * PORTS);

/**
 * A TCP port of 127.0.0.1 that is free at this moment, and that this process has not been given
 * before (until all have had their turn). It is not reserved: another process may take it first.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    const port = FIRST_PORT + next;
    next = (next + 1) % PORTS;
    // oxlint-disable-next-line no-await-in-loop -- the first one that is free
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} to ${LAST_PORT} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
