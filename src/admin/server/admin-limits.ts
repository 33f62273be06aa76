/** Limits of the listener of administration. Calls are small, quick and few. */
export const ADMIN_LIMITS = {
  /** A token of an SSO may have 16 KiB, as tokens of sessions may. */
  headerMaxBytes: 24_576,
  headerLinesMax: 64,
  /** For the head and the body of one request to arrive. */
  requestMaxMs: 10_000,
  /** Without a byte in either direction. Longer than the longest call takes. */
  pauseMaxMs: 20_000,
  /**
   * While an answer is sent. Node ignores the first such pause if bytes are still waiting, so a reader
   * that stops reading is disconnected after twice this time.
   */
  answerPauseMaxMs: 2_500,
  /** Between two requests of a connection. */
  idleMaxMs: 15_000,
  checkConnectionsMs: 1_000,
  connectionsMax: 256,
  requestsPerConnectionMax: 10_000,
  /** Calls at the same time; a further one is refused at once. */
  inFlightMax: 128,
  /** Of one caller, so that one who only reads cannot keep another from ending a session. */
  inFlightOfCallerMax: 96,
  /** How long calls in flight may take at the end. Shorter than a step of closing may take. */
  closeMaxMs: 4_000,
} as const;
