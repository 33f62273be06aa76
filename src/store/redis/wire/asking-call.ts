import { respCommand } from './resp.ts';
import type { RespReply } from './resp.ts';
import { SentCall } from './sent-call.ts';

/**
 * Announces to a node of a Redis Cluster that the next call is for a slot which it is only about to
 * take over. Another node has sent it here (ASK). If it is refused, the next call is redirected again.
 */
export class AskingCall extends SentCall {
  /** @param next the call that follows at once on the same connection */
  constructor({ startedAtMs, deadlineAtMs }: SentCall) {
    super({ text: respCommand(['ASKING']), nonce: 0, startedAtMs, deadlineAtMs }, undefined);
  }

  get runs(): undefined {
    return undefined;
  }

  matches(): boolean {
    return false;
  }

  answerText(): void {
    throw new Error('ASKING is not answered with a text');
  }

  answer(reply: RespReply): boolean {
    return reply === 'OK';
  }

  fail(): void {}
}
