/** Tells of a fault once it has lasted: one that is over soon was only a step on the way. */
export class LastingFault<Fault> {
  readonly #afterMs: number;
  readonly #tell: (fault: Fault) => void;
  #latest: Fault | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wasTold = false;

  constructor(afterMs: number, tell: (fault: Fault) => void) {
    this.#afterMs = afterMs;
    this.#tell = tell;
  }

  /** It is there, or looks otherwise than before. The latest one is told, counted from the first. */
  seen(fault: Fault): void {
    this.#latest = fault;
    this.#timer ??= setTimeout(() => this.#told(), this.#afterMs);
  }

  /** @returns whether anybody was told of it */
  over(): boolean {
    const wasTold = this.#wasTold;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wasTold = false;
    return wasTold;
  }

  #told(): void {
    this.#timer = undefined;
    this.#wasTold = true;
    if (this.#latest !== undefined) this.#tell(this.#latest);
  }
}
