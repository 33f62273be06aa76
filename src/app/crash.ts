import { errorFields } from './log.ts';
import type { Log } from './log.ts';
import type { LogDestination } from './log-destination.ts';

const LAST_WORDS_MAX_MS = 500;

/** The exit code of a process that stopped because something broke. */
export const EXIT_FAILURE = 1;

/**
 * An error that nobody expected leaves the process in a state that nobody knows: it says so and ends, and whoever
 * watches over it starts a fresh one. Checks in flight fail, which is no verdict; guessing on would be worse.
 */
export function crashLoudly(log: Log, destination: LogDestination): void {
  let isCrashing = false;
  const crash = (error: unknown, origin: string): void => {
    if (isCrashing) return;
    isCrashing = true;
    log.fatal(
      { event: 'crashed', origin, ...errorFields(error, { stack: true }) },
      'a bug: the process ends',
    );
    void destination.flush(LAST_WORDS_MAX_MS).finally(() => process.exit(EXIT_FAILURE));
  };
  // Unhandled rejections arrive here too: Node raises them as uncaught exceptions.
  process.on('uncaughtException', crash);
}
