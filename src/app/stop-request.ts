const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export interface StopRequest {
  /** Resolves with the name of the first signal, or with the reason that was given to `ask`. */
  readonly asked: Promise<string>;
  /** Asks to stop without a signal. */
  ask(why: string): void;
  /** Stops listening to signals. */
  close(): void;
}

/**
 * Waits for SIGTERM or SIGINT.
 * @param onInsist called for each further signal: the operator does not want to wait
 */
export function listenForStop(onInsist: (signal: string) => void): StopRequest {
  let resolveAsked: (why: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    resolveAsked = resolve;
  });
  let signals = 0;
  const onSignal = (signal: string): void => {
    signals += 1;
    if (signals === 1) resolveAsked(signal);
    else onInsist(signal);
  };
  // SIGPIPE is not among them: checks go on when the reader of the log has gone. Node ignores it.
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    asked,
    ask: resolveAsked,
    close: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
    },
  };
}
