// Loaded by mocha before every test file. After the last test nothing may keep the process alive. If a
// test forgot to close something, it is named here instead of hanging the run.

import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SETTLE_MAX_MS = 1_500;
const POLL_MS = 25;
// Long enough for the reporter to print everything; only a failed run gets here.
const HANG_MAX_MS = 1_000;

const before = new Set(activeHandles());
const timers = new Map<NodeJS.Timeout, string>();
rememberTimers();

// So that child processes are stopped, too: a signal alone would skip the exit handlers.
process.once('SIGTERM', () => process.exit(143));

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    // Mocha's own timer would be among the handles left. Even for timeout(0) it sets one at our first wait.
    this.timeout(0);
    await sleep(0);
    this.runnable().clearTimeout();
    let left = whatIsLeft();
    for (let waited = 0; left.length > 0 && waited < SETTLE_MAX_MS; waited += POLL_MS) {
      await sleep(POLL_MS);
      left = whatIsLeft();
    }
    if (left.length === 0) return;
    setTimeout(() => giveUp(), HANG_MAX_MS).unref();
    throw new Error(`left open after the last test:\n  ${left.join('\n  ')}`);
  },
};

function giveUp(): never {
  for (const handle of activeHandles()) if (handle instanceof ChildProcess) handle.kill('SIGKILL');
  process.exit(1);
}

function whatIsLeft(): string[] {
  const handles = activeHandles().filter((handle) => !before.has(handle) && isHolding(handle));
  const left = handles.map(nameOf);
  const pending = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const named = [...timers].filter(([timer]) => timer.hasRef()).map(([, where]) => where);
  if (named.length > 0) left.push(...named);
  else if (pending > 0) left.push(`${pending} timer(s) of a library or of Node itself`);
  return left;
}

function activeHandles(): object[] {
  return (process as unknown as { _getActiveHandles(): object[] })._getActiveHandles();
}

function isHolding(handle: object): boolean {
  const inner = (handle as { _handle?: { hasRef?(): boolean } })._handle;
  return inner?.hasRef?.() ?? (handle as { hasRef?(): boolean }).hasRef?.() ?? true;
}

function nameOf(handle: object): string {
  if (handle instanceof ChildProcess) {
    return `process ${handle.pid}: ${handle.spawnargs.join(' ').slice(0, 120)}`;
  }
  if (handle instanceof Server) return `server listening on ${JSON.stringify(handle.address())}`;
  if (handle instanceof Socket) {
    return `socket from ${end(handle.localAddress, handle.localPort)} to ${end(handle.remoteAddress, handle.remotePort)}`;
  }
  return handle.constructor.name;
}

function end(address: string | undefined, port: number | undefined): string {
  return address === undefined ? 'a pipe' : `${address}:${port}`;
}

/** Records for each timer of the code under test where it was made, because Node does not. */
function rememberTimers(): void {
  const { setTimeout: makeTimeout, setInterval: makeInterval } = globalThis;
  const { clearTimeout: clearOne, clearInterval: clearAll } = globalThis;
  const remember = (kind: string, timer: NodeJS.Timeout): NodeJS.Timeout => {
    timers.set(timer, `${kind} made ${callerOf(new Error().stack)}`);
    return timer;
  };
  const once = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer = makeTimeout(() => {
      timers.delete(timer);
      run(...args);
    }, ms);
    return remember('timer', timer);
  };
  const repeated = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    remember('interval', makeInterval(run, ms, ...args));
  globalThis.setTimeout = Object.assign(once, makeTimeout);
  globalThis.setInterval = Object.assign(repeated, makeInterval);
  const forget = (clear: typeof clearTimeout) => (timer?: NodeJS.Timeout | string | number) => {
    timers.delete(timer as NodeJS.Timeout);
    clear(timer);
  };
  globalThis.clearTimeout = forget(clearOne);
  globalThis.clearInterval = forget(clearAll);
}

function callerOf(stack = ''): string {
  const frame = stack.split('\n').find((line, index) => index > 0 && !line.includes('root-hooks'));
  return frame?.trim() ?? 'somewhere';
}
