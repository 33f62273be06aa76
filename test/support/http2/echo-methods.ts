// The methods of a server under test. Each reply carries a number that no other has and the message that it answers,
// so that a reply on the wire can be held against what the handler gave, and to whom.

/** What a handler is given; as the server declares it. */
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
  /** How often it was told that nobody waits any more, and the last reason. */
  abandonments: number;
  abandoned: 'cancelled' | 'deadline' | undefined;
  /** What was given to it; nothing of it may leave when it was `too late`, the call being over. */
  given: 'reply' | 'status' | 'too late' | undefined;
}

/** Answers at once. */
export const NOW_PATH = '/test.Echo/Now';
/** Answers a turn of the event loop later, as a handler that has asked a store. */
export const LATER_PATH = '/test.Echo/Later';
/** Waits until the test answers it. */
export const HELD_PATH = '/test.Echo/Held';
/** Gives an error. */
export const FAIL_PATH = '/test.Echo/Fail';
/** Two messages, and stays open. */
export const WATCH_PATH = '/test.Echo/Watch';

export class EchoMethods {
  readonly asked: Asked[] = [];
  readonly methods: Method[];

  /** @param more other paths that answer as `Later` does */
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

  /** Answers a call that may be over by now. */
  answer(asked: Asked): void {
    asked.given ??= asked.call.isOver ? 'too late' : 'reply';
    asked.call.reply(replyText(asked));
  }

  get held(): readonly Asked[] {
    return this.asked.filter(({ path, given, call }) => {
      return path === HELD_PATH && given === undefined && !call.isOver;
    });
  }

  /** Calls that were neither answered nor told that they are over. */
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
