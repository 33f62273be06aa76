import { pino, stdTimeFunctions } from 'pino';
import type { Logger } from 'pino';
import { LogDestination } from './log-destination.ts';
import type { LogLevel } from '../../settings/process-config.ts';

/** The length of an error message in the log. */
const ERROR_TEXT_MAX = 500;

/**
 * A log of JSON lines with `time`, `level`, `event` (what happened, from a closed set), further
 * fields in snake_case, and `msg` for people. It contains neither credentials nor session keys. A
 * session is named by its tag only.
 */
export type Log = Logger;

/** Opens the log of this process on a file descriptor (1 is stdout). */
export function createLog(
  level: LogLevel,
  fd: number,
  onDrop: (lines: number) => void,
): { readonly log: Log; readonly destination: LogDestination } {
  const destination = new LogDestination(fd, onDrop);
  const log = pino(
    {
      level,
      base: null, // without pid and host name, which log collectors add themselves
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are logged through errorFields only. pino's own serializer copies every property of
      // an error, and errors of the Redis client contain the arguments of commands: session keys.
      serializers: {},
    },
    destination,
  );
  return { log, destination };
}

/** The loggable parts of an error: name, code, a limited message and, for bugs, the stack. */
export function errorFields(
  error: unknown,
  options: { stack: boolean } = { stack: false },
): object {
  if (!(error instanceof Error)) return { error: 'the thrown value is not an error' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    error: error.message.slice(0, ERROR_TEXT_MAX),
    error_name: error.name,
    error_code: typeof code === 'string' ? code : undefined,
    error_stack: options.stack ? error.stack?.slice(0, 8 * ERROR_TEXT_MAX) : undefined,
  };
}
