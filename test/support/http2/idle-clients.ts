// Opens connections that do nothing after their handshake, until the process ends:
//   node idle-clients.ts PORT COUNT

import { connect } from 'node:net';
import { PREFACE, settings, SETTINGS_ACK } from './frames.ts';

const AT_A_TIME = 200;
const HANDSHAKE = Buffer.concat([PREFACE, settings(), SETTINGS_ACK]);

const [port = 0, count = 0] = process.argv.slice(2).map(Number);

for (let opened = 0; opened < count; opened += AT_A_TIME) {
  const batch = Array.from({ length: Math.min(AT_A_TIME, count - opened) }, () => opensOne());
  // oxlint-disable-next-line no-await-in-loop -- no more than the listener's queue holds
  await Promise.all(batch);
}

function opensOne(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', resolve);
    socket.write(HANDSHAKE);
    socket.resume();
    socket.on('error', () => {});
  });
}
