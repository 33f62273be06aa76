import type { SessionStore, TouchReceiver } from '../../../src/session/session-store.ts';

/** A store whose replies to touches are on their way until a test delivers them. */
export interface HeldStore extends SessionStore {
  /** How many touches were asked in all. */
  readonly asked: number;
  /** While false, replies come at once. */
  isHeld: boolean;
  /** Delivers the oldest reply that is on its way. False if there is none. */
  deliver(): boolean;
  /** The oldest reply that is on its way is lost. */
  fail(fault: Error): void;
}

export function heldStore(behind: SessionStore): HeldStore {
  const replies: { readonly receiver: TouchReceiver; deliver(): void }[] = [];
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    isHeld: true,
    touch(request, deadlineAtMs, receiver) {
      asked += 1;
      if (!this.isHeld) {
        behind.touch(request, deadlineAtMs, receiver);
        return;
      }
      // The store runs it now: only the reply is on its way.
      behind.touch(request, deadlineAtMs, {
        touched: (outcome) => replies.push({ receiver, deliver: () => receiver.touched(outcome) }),
        failed: (fault) => replies.push({ receiver, deliver: () => receiver.failed(fault) }),
      });
    },
    deliver: () => {
      const reply = replies.shift();
      reply?.deliver();
      return reply !== undefined;
    },
    fail: (fault) => replies.shift()?.receiver.failed(fault),
    open: async (request) => behind.open(request),
    claim: async (at, name) => behind.claim(at, name),
    visitLogin: async (visit) => behind.visitLogin(visit),
    end: async (request) => behind.end(request),
  };
}
