const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export interface StopRequest {
  /** Resolves with the first signal that asks to stop, or with what else made us give up. */
  readonly asked: Promise<string>;
  /** Asks to stop without a signal. */
  ask(why: string): void;
  /** Listens to signals no more. */
  close(): void;
}

/** Waits for SIGTERM or SIGINT. `onInsist` is told of the second one: somebody will not wait. */
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
  // Not SIGPIPE: a reader of the log that goes away must not take the checks with it, and Node ignores it already.
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    asked,
    ask: resolveAsked,
    close: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
    },
  };
}
