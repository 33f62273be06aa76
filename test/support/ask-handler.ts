import type {
  CheckCall,
  CheckHandler,
  CheckReply,
  RequestFacts,
} from '../../src/authz/check-call.ts';

/** The caller's side of a check in a test, from which it may hang up. */
export type TestCaller = Pick<CheckCall, 'cancelled'>;

/**
 * The handler's answer as a promise. It is rejected when the handler throws; a second answer ends the run, because no
 * handler may give one.
 */
export function askHandler(
  handler: CheckHandler,
  facts: RequestFacts,
  caller: TestCaller = { cancelled: false },
): Promise<CheckReply> {
  return new Promise((resolve) => {
    let isAnswered = false;
    handler(facts, {
      get cancelled() {
        return caller.cancelled;
      },
      answer: (reply) => {
        if (isAnswered) throw new Error('a check was answered twice');
        isAnswered = true;
        resolve(reply);
      },
    });
  });
}

/** A reply, at once or later. */
export type Answering = (facts: RequestFacts, call: CheckCall) => CheckReply | Promise<CheckReply>;

/** A handler that answers so. */
export function answering(answer: Answering): CheckHandler {
  return (facts, call) => {
    const reply = answer(facts, call);
    if (reply instanceof Promise) void reply.then((later) => call.answer(later));
    else call.answer(reply);
  };
}
