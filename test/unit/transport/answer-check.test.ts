import { expect } from 'chai';
import type { CheckHandler } from '../../../src/authz/check-call.ts';
import { answerCheck } from '../../../src/transport/answer-check.ts';
import type { WireAnswer } from '../../../src/transport/codec/encode-reply.ts';
import type { TransportFault } from '../../../src/transport/transport-fault.ts';
import { ALL_HEADERS } from '../../support/requests/all-headers.ts';
import { encodeCheckRequest } from '../../support/requests/check-request.ts';
import { allowReply, noReply } from '../../support/requests/reply.ts';

interface Answered {
  readonly answers: readonly WireAnswer[];
  readonly faults: readonly TransportFault[];
}

/** Answers one check with this handler, and collects the answers and faults. */
function answered(
  handler: CheckHandler,
  bytes = encodeCheckRequest(),
  cancelled = false,
): Answered {
  const answers: WireAnswer[] = [];
  const faults: TransportFault[] = [];
  const answerer = {
    handler,
    wanted: () => ALL_HEADERS,
    onError: (fault: TransportFault) => faults.push(fault),
  };
  answerCheck(answerer, bytes, undefined, {
    cancelled,
    send: (answer) => answers.push(answer),
  });
  return { answers, faults };
}

const summary = ({ answers, faults }: Answered): readonly string[] => [
  ...answers.map((answer) => (answer.kind === 'response' ? 'response' : answer.grpcStatus)),
  ...faults.map(({ code }) => code),
];

describe('answer-check', () => {
  it('sends the answer at once when the handler gives it at once', () => {
    expect(summary(answered((_facts, call) => call.answer(allowReply())))).to.deep.equal([
      'response',
    ]);
  });

  it('sends nothing before the handler answers', () => {
    let answerLater = (): void => {};
    const outcome = answered((_facts, call) => {
      answerLater = () => call.answer(noReply());
    });
    expect(outcome.answers).to.deep.equal([]);
    answerLater();
    expect(summary(outcome)).to.deep.equal(['UNAVAILABLE']);
  });

  it('sends the first of two answers, and reports the second', () => {
    const outcome = answered((_facts, call) => {
      call.answer(noReply());
      call.answer(allowReply());
    });
    expect(summary(outcome)).to.deep.equal(['UNAVAILABLE', 'ERR_HANDLER_FAILED']);
  });

  it('answers INTERNAL when the handler throws', () => {
    const outcome = answered(() => {
      throw new Error('canary');
    });
    expect(summary(outcome)).to.deep.equal(['INTERNAL', 'ERR_HANDLER_FAILED']);
    expect(JSON.stringify(outcome.answers)).to.not.include('canary');
  });

  it('keeps an answer after which the handler throws, and reports the fault', () => {
    const outcome = answered((_facts, call) => {
      call.answer(noReply());
      throw new Error('canary');
    });
    expect(summary(outcome)).to.deep.equal(['UNAVAILABLE', 'ERR_HANDLER_FAILED']);
  });

  it('answers once if a reply is unsafe, whatever the handler does next', () => {
    const outcome = answered((_facts, call) => {
      call.answer({ ...noReply(), grpcStatus: 'OK' as never });
      call.answer(allowReply());
    });
    expect(summary(outcome)).to.deep.equal(['INTERNAL', 'ERR_UNSAFE_REPLY', 'ERR_HANDLER_FAILED']);
  });

  it('does not call the handler for malformed bytes', () => {
    const outcome = answered(() => expect.fail('the handler was called'), Buffer.from('GET /'));
    expect(summary(outcome)).to.deep.equal(['INVALID_ARGUMENT', 'ERR_MALFORMED_CHECK']);
  });

  it('shows the handler whether the caller has cancelled', () => {
    const seen: boolean[] = [];
    for (const cancelled of [true, false]) {
      answered((_facts, call) => seen.push(call.cancelled), undefined, cancelled);
    }
    expect(seen).to.deep.equal([true, false]);
  });
});
