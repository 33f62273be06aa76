import type {
  CheckCall,
  CheckHandler,
  CheckReply,
  RequestFacts,
} from '../../../src/authz/check-call.ts';

/** The caller's side of a check in a test. It can cancel the call. */
export type TestCaller = Pick<CheckCall, 'cancelled'>;

/**
 * The handler's answer as a promise, which is rejected if the handler throws. A second answer ends the run, because a
 * handler must not give one.
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

/** A handler that gives this answer. */
export function answering(answer: Answering): CheckHandler {
  return (facts, call) => {
    const reply = answer(facts, call);
    if (reply instanceof Promise) void reply.then((later) => call.answer(later));
    else call.answer(reply);
  };
}
