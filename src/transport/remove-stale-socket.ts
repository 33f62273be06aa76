import { promises as fs } from 'node:fs';
import { connect } from 'node:net';

/**
 * Removes the socket file of a killed process: binding would always fail on it. A socket that
 * another process answers on stays, and so does every file that is not a socket. Binding then fails
 * with its own error.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const file = await fs.lstat(path).catch(() => undefined);
  if (file?.isSocket() === true && !(await isAnswered(path))) await fs.unlink(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', (fault: NodeJS.ErrnoException) => {
      settle(fault.code !== 'ECONNREFUSED');
    });
  });
}
