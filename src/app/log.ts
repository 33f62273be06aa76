import { pino, stdTimeFunctions } from 'pino';
import type { Logger } from 'pino';
import { LogDestination } from './log-destination.ts';
import type { LogLevel } from './process-config.ts';

/** At most this much of the cause of a fault is logged. */
const ERROR_TEXT_MAX = 500;

/**
 * JSON lines: `time`, `level`, `event` (what happened, from a closed set), further fields in snake_case, `msg` for people.
 * Neither a credential nor a session key goes in; the session tag is the only name of a session.
 */
export type Log = Logger;

/** The log of this process on one file descriptor (1 is stdout). */
export function createLog(
  level: LogLevel,
  fd: number,
  onDrop: (lines: number) => void,
): { readonly log: Log; readonly destination: LogDestination } {
  const destination = new LogDestination(fd, onDrop);
  const log = pino(
    {
      level,
      base: null, // neither pid nor host name: whoever collects the lines knows the pod
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors only through errorFields: pino's own serializer copies every property of an error, and those of
      // clients carry the arguments of the command, hence session keys.
      serializers: {},
    },
    destination,
  );
  return { log, destination };
}

/** What of an error may be logged: its name, code and text, bounded, and for bugs the stack. */
export function errorFields(
  error: unknown,
  options: { stack: boolean } = { stack: false },
): object {
  if (!(error instanceof Error)) return { error: 'a value that is no error was thrown' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    error: error.message.slice(0, ERROR_TEXT_MAX),
    error_name: error.name,
    error_code: typeof code === 'string' ? code : undefined,
    error_stack: options.stack ? error.stack?.slice(0, 8 * ERROR_TEXT_MAX) : undefined,
  };
}
