/** How a command that asks the administration ends, for scripts. */
export const EXIT = {
  done: 0,
  /** The server refused it or found nothing, or the user did not confirm it. */
  refused: 1,
  /** A flag, a setting, a file or standard input is wrong. */
  usage: 2,
  /** It is in effect, but not confirmed by the replicas of Redis yet (HTTP 202). */
  notDurable: 3,
  /** No server could be asked, or it could not answer. */
  noAnswer: 4,
} as const;

/** The exit code of a command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
