import { expect } from 'chai';
import type { SessionClocks } from '../../../src/session/deadlines.ts';
import type { EffectivePolicy } from '../../../src/terms/effective-policy.ts';
import { streamCutMs } from '../../../src/verdict/stream-cut.ts';
import { isStreamRequest } from '../../../src/verdict/stream-request.ts';
import {
  clocksOf,
  factsOf,
  type Headers,
  policyOf,
} from '../../support/requests/judged-request.ts';

const now = clocksOf().nowMs;
/** A session of five minutes and eight hours with this much left. */
const left = (remaining: { readonly idleMs: number; readonly absoluteMs: number }): SessionClocks =>
  clocksOf({
    startedAtMs: now + remaining.absoluteMs - 28_800_000,
    lastActivityAtMs: now + remaining.idleMs - 300_000,
  });
const CAP = 2 ** 31 - 1;

interface Cuts {
  readonly passive: number | undefined;
  readonly active: number | undefined;
  /** Of a request that is not a stream. */
  readonly other: number | undefined;
}

describe('streamCutMs', () => {
  const cases: readonly [
    says: string,
    clocks: SessionClocks,
    policy: Partial<EffectivePolicy>,
    cuts: Cuts,
  ][] = [
    [
      'the idle deadline is sooner',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      {},
      { passive: 300_000, active: 300_000, other: 630_000 },
    ],
    [
      'little is left to the idle deadline',
      left({ idleMs: 2_000, absoluteMs: 600_000 }),
      {},
      { passive: 2_000, active: 2_000, other: 630_000 },
    ],
    [
      'both deadlines come at once',
      left({ idleMs: 300_000, absoluteMs: 300_000 }),
      {},
      { passive: 300_000, active: 300_000, other: 330_000 },
    ],
    [
      'the absolute deadline is sooner',
      left({ idleMs: 300_000, absoluteMs: 299_999 }),
      {},
      { passive: 299_999, active: 299_999, other: 329_999 },
    ],
    [
      'one millisecond is left',
      left({ idleMs: 300_000, absoluteMs: 1 }),
      {},
      { passive: 1, active: 1, other: 30_001 },
    ],
    [
      'nothing is left',
      left({ idleMs: 300_000, absoluteMs: 0 }),
      {},
      { passive: 1, active: 1, other: 30_000 },
    ],
    [
      'nothing is left to the idle deadline',
      left({ idleMs: 0, absoluteMs: 600_000 }),
      {},
      { passive: 1, active: 1, other: 630_000 },
    ],
    [
      'a longer pause has reached the idle timeout',
      { ...left({ idleMs: 300_000, absoluteMs: 600_000 }), longestGapMs: 300_000 },
      {},
      { passive: 1, active: 1, other: 630_000 },
    ],
    [
      'stream_max is sooner',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      { streamMaxMs: 5_000 },
      { passive: 5_000, active: 5_000, other: 5_000 },
    ],
    [
      'stream_max is longer than the idle timeout',
      left({ idleMs: 290_000, absoluteMs: 900_000 }),
      { streamMaxMs: 600_000 },
      { passive: 290_000, active: 600_000, other: 600_000 },
    ],
    [
      'stream_max is later than the absolute deadline',
      left({ idleMs: 300_000, absoluteMs: 2_000 }),
      { streamMaxMs: 40_000 },
      { passive: 2_000, active: 2_000, other: 32_000 },
    ],
    [
      'stream_max falls within the grace',
      left({ idleMs: 300_000, absoluteMs: 2_000 }),
      { streamMaxMs: 10_000 },
      { passive: 2_000, active: 2_000, other: 10_000 },
    ],
    [
      'streams are activity',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      { streams: 'active' },
      { passive: 150_000, active: 150_000, other: 630_000 },
    ],
    [
      'streams are activity, and less than half of the idle timeout is left',
      left({ idleMs: 9_001, absoluteMs: 600_000 }),
      { streams: 'active' },
      { passive: 4_500, active: 4_500, other: 630_000 },
    ],
    [
      'streams are activity, and stream_max is longer than half of what is left',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      { streams: 'active', streamMaxMs: 200_000 },
      { passive: 150_000, active: 150_000, other: 200_000 },
    ],
    [
      'streams are activity, and stream_max is shorter',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      { streams: 'active', streamMaxMs: 100_000 },
      { passive: 100_000, active: 100_000, other: 100_000 },
    ],
    [
      'there is no absolute timeout',
      left({ idleMs: 300_000, absoluteMs: 0 }),
      { absoluteTimeoutMs: undefined },
      { passive: 300_000, active: 300_000, other: undefined },
    ],
    [
      'there is no absolute timeout but a stream_max',
      left({ idleMs: 300_000, absoluteMs: 0 }),
      { absoluteTimeoutMs: undefined, streamMaxMs: 7 },
      { passive: 7, active: 7, other: 7 },
    ],
    [
      'there is no idle timeout',
      left({ idleMs: 0, absoluteMs: 600_000 }),
      { idleTimeoutMs: undefined, streams: 'active' },
      { passive: 600_000, active: 600_000, other: 630_000 },
    ],
    [
      'there is no timeout',
      left({ idleMs: 0, absoluteMs: 0 }),
      { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined },
      { passive: undefined, active: undefined, other: undefined },
    ],
    [
      'the deadline is further away than Envoy counts',
      clocksOf({ startedAtMs: now, lastActivityAtMs: now }),
      { absoluteTimeoutMs: 10 * CAP, idleTimeoutMs: 9 * CAP },
      { passive: CAP, active: CAP, other: CAP },
    ],
    [
      'the deadline plus its grace just passes what Envoy counts',
      clocksOf({ startedAtMs: now }),
      { absoluteTimeoutMs: CAP - 29_999, idleTimeoutMs: undefined },
      { passive: CAP - 29_999, active: CAP - 29_999, other: CAP },
    ],
    [
      'cutting is off',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      { streamCut: false, streamMaxMs: 5 },
      { passive: undefined, active: undefined, other: undefined },
    ],
    [
      'it only observes',
      left({ idleMs: 300_000, absoluteMs: 600_000 }),
      { mode: 'observe', streamMaxMs: 5 },
      { passive: undefined, active: undefined, other: undefined },
    ],
  ];

  for (const [says, clocks, changes, cuts] of cases) {
    const { passive, active, other } = cuts;
    it(`is ${passive ?? 'none'} for a passive stream, ${active ?? 'none'} for an active one and ${other ?? 'none'} for the rest when ${says}`, () => {
      const policy = policyOf(changes);
      const cut = (isStream: boolean, isPassive: boolean): number | undefined =>
        streamCutMs(clocks, policy, { isStream, passive: isPassive });
      expect({
        passive: cut(true, true),
        active: cut(true, false),
        other: cut(false, false),
      }).to.deep.equal(cuts);
      expect(cut(false, true)).to.equal(other);
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
    ['HEAD', { accept: 'text/event-stream' }, false],
    ['POST', { accept: 'text/event-stream' }, false],
    ['POST', { accept: 'application/json, text/event-stream' }, false],
    ['POST', { accept: 'text/event-stream', upgrade: 'websocket' }, true],
    ['POST', { 'content-type': 'application/connect+proto' }, true],
    ['POST', { 'content-type': 'Application/Connect+JSON' }, true],
    ['POST', { 'content-type': 'application/connect' }, false],
    ['POST', { 'connect-protocol-version': '1', 'content-type': 'application/json' }, false],
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
