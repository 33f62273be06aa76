import { errorFields } from '../telemetry/log/log.ts';
import type { Log } from '../telemetry/log/log.ts';
import type { LogDestination } from '../telemetry/log/log-destination.ts';

/** How long the last line may take to reach the reader of the log. */
const FLUSH_MAX_MS = 500;

/** The exit code of a process that stopped because something broke. */
export const EXIT_FAILURE = 1;

/**
 * Logs an unexpected error and ends the process, so that its supervisor starts a fresh one. After
 * such an error the state of the process is unknown. Checks in flight fail without a verdict, which
 * is better than answers from a process that may be broken.
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
    void destination.flush(FLUSH_MAX_MS).finally(() => process.exit(EXIT_FAILURE));
  };
  // Unhandled rejections arrive here, too: Node raises them as uncaught exceptions.
  process.on('uncaughtException', crash);
}
