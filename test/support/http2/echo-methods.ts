// The methods of a server under test. Each reply has a unique number and the message that it
// answers, so a reply on the wire can be compared with what the handler gave, and to which call.

/** The call as the server passes it to a handler. */
interface Call {
  readonly deadlineAtMs: number;
  readonly isOver: boolean;
  onAbandoned: ((how: 'cancelled' | 'deadline') => void) | undefined;
  reply(message: string): void;
  send(message: string): void;
  end(code: number, message: string): void;
}

interface Method {
  readonly path: string;
  handle(message: Buffer, call: Call): void;
}

/** One call as the handler saw it. */
export interface Asked {
  readonly number: number;
  readonly path: string;
  readonly message: string;
  readonly call: Call;
  /** How often the handler was informed that the call is over, and the last reason. */
  abandonments: number;
  abandoned: 'cancelled' | 'deadline' | undefined;
  /** What the handler gave. Nothing of it may be sent if it was `too late`: the call was over. */
  given: 'reply' | 'status' | 'too late' | undefined;
}

/** Answers at once. */
export const NOW_PATH = '/test.Echo/Now';
/** Answers one turn of the event loop later, like a handler that has asked a store. */
export const LATER_PATH = '/test.Echo/Later';
/** Waits until the test answers it. */
export const HELD_PATH = '/test.Echo/Held';
/** Ends with an error. */
export const FAIL_PATH = '/test.Echo/Fail';
/** Sends two messages, and stays open. */
export const WATCH_PATH = '/test.Echo/Watch';

export class EchoMethods {
  readonly asked: Asked[] = [];
  readonly methods: Method[];

  /** @param more other paths that answer like `Later` */
  constructor(more: readonly string[] = []) {
    const later = (asked: Asked): void => {
      setImmediate(() => {
        this.answer(asked);
      });
    };
    this.methods = [
      this.#method(NOW_PATH, (asked) => {
        this.answer(asked);
      }),
      this.#method(HELD_PATH, () => {}),
      this.#method(FAIL_PATH, (asked) => {
        asked.given = asked.call.isOver ? 'too late' : 'status';
        asked.call.end(14, 'not now');
      }),
      this.#method(WATCH_PATH, (asked) => {
        for (const which of ['first', 'second']) asked.call.send(`${asked.number}:${which}`);
      }),
      ...[LATER_PATH, ...more].map((path) => this.#method(path, later)),
    ];
  }

  /** Answers a call that may already be over. */
  answer(asked: Asked): void {
    asked.given ??= asked.call.isOver ? 'too late' : 'reply';
    asked.call.reply(replyText(asked));
  }

  get held(): readonly Asked[] {
    return this.asked.filter(({ path, given, call }) => {
      return path === HELD_PATH && given === undefined && !call.isOver;
    });
  }

  /** Calls that were neither answered nor abandoned. */
  get open(): readonly Asked[] {
    return this.asked.filter(
      ({ given, abandonments }) => given === undefined && abandonments === 0,
    );
  }

  #method(path: string, act: (asked: Asked) => void): Method {
    return {
      path,
      handle: (message, call) => {
        const asked: Asked = {
          number: this.asked.length,
          path,
          message: message.toString('latin1'),
          call,
          abandonments: 0,
          abandoned: undefined,
          given: undefined,
        };
        this.asked.push(asked);
        call.onAbandoned = (how) => {
          asked.abandonments += 1;
          asked.abandoned = how;
        };
        act(asked);
      },
    };
  }
}

export function replyText({ number, message }: Asked): string {
  return `${number}:${message}`;
}
