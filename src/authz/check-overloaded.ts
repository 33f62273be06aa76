/** As many checks as allowed are waiting for the store: a further one is refused before it costs anything. */
export class CheckOverloaded extends Error {
  readonly code = 'ERR_CHECK_OVERLOADED';
  constructor(inFlightMax: number) {
    super(`${inFlightMax} checks are in flight`);
    this.name = 'CheckOverloaded';
  }
}

/** Nobody waits for the answer any more: the caller has hung up. */
export class CheckAbandoned extends Error {
  readonly code = 'ERR_CHECK_ABANDONED';
  constructor(message: string) {
    super(message);
    this.name = 'CheckAbandoned';
  }
}
