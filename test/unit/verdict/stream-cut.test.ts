import { expect } from 'chai';
import type { SessionClocks } from '../../../src/session/deadlines.ts';
import type { EffectivePolicy } from '../../../src/session/effective-policy.ts';
import { streamCutMs } from '../../../src/verdict/stream-cut.ts';
import { isStreamRequest } from '../../../src/verdict/stream-request.ts';
import { clocksOf, factsOf, type Headers, policyOf } from '../../support/judged-request.ts';

const now = clocksOf().nowMs;
const left = (absoluteMs: number): SessionClocks =>
  clocksOf({ startedAtMs: now + absoluteMs - 28_800_000 });
const CAP = 2 ** 31 - 1;

describe('streamCutMs', () => {
  const cases: readonly [
    says: string,
    clocks: SessionClocks,
    policy: Partial<EffectivePolicy>,
    stream: number | undefined,
    other: number | undefined,
  ][] = [
    ['the idle timeout is sooner', left(600_000), {}, 300_000, 630_000],
    ['the idle timeout is what remains', left(300_000), {}, 300_000, 330_000],
    ['the absolute deadline is sooner', left(299_999), {}, 299_999, 329_999],
    ['one millisecond is left', left(1), {}, 1, 30_001],
    ['nothing is left', left(0), {}, 1, 30_000],
    ['stream_max is sooner', left(600_000), { streamMaxMs: 5000 }, 5000, 5000],
    [
      'stream_max is longer than the idle timeout',
      left(900_000),
      { streamMaxMs: 600_000 },
      600_000,
      600_000,
    ],
    ['stream_max is later than the deadline', left(2000), { streamMaxMs: 40_000 }, 2000, 32_000],
    ['stream_max falls within the grace', left(2000), { streamMaxMs: 10_000 }, 2000, 10_000],
    ['there is no absolute timeout', left(0), { absoluteTimeoutMs: undefined }, 300_000, undefined],
    [
      'there is no absolute timeout but a stream_max',
      left(0),
      { absoluteTimeoutMs: undefined, streamMaxMs: 7 },
      7,
      7,
    ],
    ['there is no idle timeout', left(600_000), { idleTimeoutMs: undefined }, 600_000, 630_000],
    [
      'there is no timeout',
      left(0),
      { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined },
      undefined,
      undefined,
    ],
    [
      'the deadline is further away than Envoy counts',
      clocksOf({ startedAtMs: now }),
      { absoluteTimeoutMs: 10 * CAP, idleTimeoutMs: 9 * CAP },
      CAP,
      CAP,
    ],
    [
      'the deadline plus its grace just passes what Envoy counts',
      clocksOf({ startedAtMs: now }),
      { absoluteTimeoutMs: CAP - 29_999, idleTimeoutMs: undefined },
      CAP - 29_999,
      CAP,
    ],
    ['cutting is off', left(600_000), { streamCut: false, streamMaxMs: 5 }, undefined, undefined],
    ['it only observes', left(600_000), { mode: 'observe', streamMaxMs: 5 }, undefined, undefined],
  ];

  for (const [says, clocks, changes, stream, other] of cases) {
    it(`is ${stream ?? 'none'} for a stream and ${other ?? 'none'} for the rest when ${says}`, () => {
      const policy = policyOf(changes);
      expect([streamCutMs(clocks, policy, true), streamCutMs(clocks, policy, false)]).to.deep.equal(
        [stream, other],
      );
    });
  }
});

describe('isStreamRequest', () => {
  const cases: readonly [method: string, headers: Headers, isStream: boolean][] = [
    ['GET', {}, false],
    ['GET', { upgrade: 'websocket' }, true],
    ['CONNECT', {}, true],
    ['GET', { accept: 'text/event-stream' }, true],
    ['GET', { accept: 'application/json, Text/Event-Stream;q=0.9' }, true],
    ['GET', { accept: 'text/event-streams' }, false],
    ['POST', { 'content-type': 'application/grpc' }, true],
    ['POST', { 'content-type': 'application/grpc+proto' }, true],
    ['POST', { 'content-type': 'application/grpc-web-text' }, true],
    ['POST', { 'content-type': 'application/grpcx' }, false],
    ['POST', { 'content-type': 'text/plain; note=application/grpc' }, false],
  ];

  for (const [method, headers, isStream] of cases) {
    it(`says ${isStream} for ${method} with ${JSON.stringify(headers)}`, () => {
      expect(isStreamRequest(factsOf({ method, headers }))).to.equal(isStream);
    });
  }
});
