#!/bin/sh
# Expected: after `disconnect()` a client of ioredis ends: `end` is emitted, and calls are refused.
# Instead: one that waits to reconnect stays `reconnecting` for ever, and its calls never settle.
# Curfew: awaits `end` on closing only where there is a socket, and queues no calls in the client.
#
# A server accepts each connection and closes it, so that the client waits before the next attempt.
# Beside it, a client that has connected is disconnected, too. Needs node 20 or newer, npm.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

npm install --silent --no-audit --no-fund --prefix . ioredis@6.0.0

cat > client.mjs <<'END'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const { version } = JSON.parse(readFileSync('node_modules/ioredis/package.json', 'utf8'));
console.log(`ioredis ${version}`);

/** Describes what follows `disconnect()` in this state of the client. */
async function disconnected(state, onConnection) {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new Redis(server.address().port, '127.0.0.1', {
    retryStrategy: () => 60_000,
  });
  client.on('error', () => {});
  for (let tries = 0; client.status !== state && tries < 500; tries += 1) await sleep(20);
  let hasEnded = false;
  client.once('end', () => (hasEnded = true));
  client.disconnect();
  await sleep(2_000);
  const late = sleep(2_000, 'neither answered nor refused');
  const call = client.ping().then(
    () => 'answered',
    () => 'refused',
  );
  const ended = hasEnded ? 'end is emitted' : 'end is not emitted';
  const came = await Promise.race([call, late]);
  console.log(`${state}: ${ended}, status ${client.status}, a call is ${came}`);
  server.close();
}

await disconnected('ready', (socket) =>
  socket.on('data', (data) => {
    // A reply to each command.
    for (const _ of data.toString().matchAll(/^\*\d+\r$/gm)) socket.write('+OK\r\n');
  }),
);
await disconnected('reconnecting', (socket) => socket.destroy());
process.exit();
END

node client.mjs | tee seen

cat > described <<'END'
ioredis 6.0.0
ready: end is emitted, status end, a call is refused
reconnecting: end is not emitted, status reconnecting, a call is neither answered nor refused
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
