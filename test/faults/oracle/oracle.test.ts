import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { judgeRecording } from './judge-recording.ts';
import type { Judgement } from './judge-recording.ts';
import type { Answer, Entry, FaultWindow, PolicyFile, Question, Recording } from './recording.ts';

const FILE: PolicyFile = {
  policies: {
    default: { idleMs: 1_000, absoluteMs: 5_000, onExpiry: 'end' },
    strict: { idleMs: 500, absoluteMs: 2_000, onExpiry: 'challenge' },
  },
  touchIntervalMs: 0,
  fromMs: -Infinity,
  untilMs: Infinity,
};
const check = (policy: string, isPassive = false): Question => ({
  kind: 'check',
  policy,
  isPassive,
});
const page = check('default');
const poll = check('default', true);
const strict = check('strict');
const logout: Question = { kind: 'logout' };
const revoke: Question = { kind: 'revoke' };

const allow: Answer = { kind: 'allow', reason: 'ok' };
const deny = (reason: string): Answer => ({ kind: 'deny', reason });
const idle = deny('idle_timeout');
const absolute = deny('absolute_timeout');
const challenge = deny('reauthentication_required');
const none: Answer = { kind: 'none', why: 'a fault' };

type Step = readonly [question: Question, sentAtMs: number, answer: Answer, tookMs?: number];

function recordingOf(steps: readonly Step[], parts: Partial<Recording> = {}): Recording {
  const entries = steps.map(([question, sentAtMs, answer, tookMs = 10]): Entry => ({
    session: 1,
    question,
    sentAtMs,
    answeredAtMs: sentAtMs + tookMs,
    answer,
  }));
  const clock = { stepMs: 1, roundingMs: 0 };
  return { title: '', seed: 0, clock, files: [FILE], faults: [], entries, ...parts };
}

function judge(steps: readonly Step[], parts: Partial<Recording> = {}): Judgement {
  return judgeRecording(recordingOf(steps, parts));
}

function mistakesIn(judged: Judgement): string[] {
  return judged.wrong.map(({ mistake }) => String(mistake));
}

describe('the oracle', () => {
  const right: readonly (readonly [string, readonly Step[], Partial<Recording>?])[] = [
    ['a first request', [[page, 0, allow]]],
    [
      'an allow while the limit may not be reached yet',
      [
        [page, 0, allow],
        [page, 1_005, allow],
      ],
    ],
    [
      'a deny when it may just be reached',
      [
        [page, 0, allow],
        [page, 995, idle],
      ],
    ],
    [
      'activity that goes on past the idle timeout',
      [
        [page, 0, allow],
        [page, 900, allow],
        [page, 1_800, allow],
      ],
    ],
    [
      'a challenge, which ends nothing',
      [
        [page, 0, allow],
        [strict, 600, challenge],
        [page, 700, allow],
      ],
    ],
    [
      'a challenge for a pause that is over',
      [
        [page, 0, allow],
        [page, 600, allow],
        [strict, 700, challenge],
      ],
    ],
    [
      'that only the first reason counts',
      [
        [page, 0, allow],
        [revoke, 10, { kind: 'ended' }],
        [page, 1_500, deny('revoked')],
      ],
    ],
    [
      'an end of a session that the sweeper ended',
      [
        [page, 0, allow],
        [strict, 1_100, idle],
      ],
    ],
    [
      'a logout, and what follows',
      [
        [page, 0, allow],
        [logout, 100, allow],
        [page, 200, deny('signed_out')],
      ],
    ],
    [
      'a logout after the end',
      [
        [page, 0, allow],
        [page, 1_100, idle],
        [logout, 1_200, { kind: 'allow', reason: 'session_absent' }],
      ],
    ],
    [
      'either order of two at once',
      [
        [page, 0, allow],
        [page, 500, allow, 20],
        [revoke, 500, { kind: 'ended' }, 10],
      ],
    ],
    [
      'that a check without an answer may have counted',
      [
        [page, 0, allow],
        [page, 600, none],
        [page, 1_200, allow],
      ],
    ],
    [
      'that it may not have counted',
      [
        [page, 0, allow],
        [page, 600, none],
        [page, 1_200, idle],
      ],
    ],
    [
      'that it may have opened the session',
      [
        [page, 0, none],
        [strict, 700, challenge],
      ],
    ],
    [
      'the new limits, or the old ones, while the file changes',
      [
        [page, 0, allow],
        [page, 700, idle],
      ],
      {
        files: [
          { ...FILE, untilMs: 800 },
          {
            ...FILE,
            fromMs: 600,
            policies: {
              ...FILE.policies,
              default: { idleMs: 600, absoluteMs: 5_000, onExpiry: 'end' },
            },
          },
        ],
      },
    ],
    [
      'an end by a policy file that has been replaced',
      [
        [page, 0, allow],
        [page, 1_100, idle],
      ],
      {
        files: [
          {
            ...FILE,
            untilMs: 900,
            policies: {
              ...FILE.policies,
              default: { idleMs: 600, absoluteMs: 5_000, onExpiry: 'end' },
            },
          },
          {
            ...FILE,
            fromMs: 900,
            policies: {
              ...FILE.policies,
              default: { idleMs: 3_000, absoluteMs: 5_000, onExpiry: 'end' },
            },
          },
        ],
      },
    ],
    [
      'a touch that the touch interval skips',
      [
        [page, 0, allow],
        [page, 900, allow],
        [page, 1_010, idle],
      ],
      { files: [{ ...FILE, touchIntervalMs: 950 }] },
    ],
  ];
  for (const [what, steps, parts] of right) {
    it(`accepts ${what}`, () => expect(mistakesIn(judge(steps, parts))).to.deep.equal([]));
  }

  const wrong: readonly (readonly [string, string, readonly Step[]])[] = [
    [
      'an allow at the idle timeout itself',
      'wrong_allow',
      [
        [page, 0, allow, 0],
        [page, 1_000, allow, 0],
      ],
    ],
    [
      'a deny one millisecond before it',
      'wrong_deny',
      [
        [page, 0, allow, 0],
        [page, 999, idle, 0],
      ],
    ],
    [
      'an allow at the absolute timeout itself',
      'wrong_allow',
      [
        ...[0, 900, 1_800, 2_700, 3_600, 4_500].map((at): Step => [page, at, allow, 0]),
        [page, 5_000, allow, 0],
      ],
    ],
    [
      'activity that undoes a pause',
      'wrong_allow',
      [
        [page, 0, allow],
        [page, 600, allow],
        [strict, 700, allow],
      ],
    ],
    [
      'passive requests that keep it alive',
      'wrong_allow',
      [
        [page, 0, allow],
        [poll, 900, allow],
        [page, 1_100, allow],
      ],
    ],
    [
      'denied requests that keep it alive',
      'wrong_allow',
      [
        [page, 0, allow],
        [strict, 900, challenge],
        [page, 1_100, allow],
      ],
    ],
    [
      'a challenged session that passes there again',
      'wrong_allow',
      [
        [page, 0, allow],
        [strict, 495, challenge],
        [strict, 496, allow, 2],
      ],
    ],
    [
      'an ended session that lives again',
      'wrong_allow',
      [
        [page, 0, allow],
        [page, 1_100, idle],
        [page, 1_200, allow],
      ],
    ],
    [
      'a revoked session that passes',
      'wrong_allow',
      [
        [page, 0, allow],
        [revoke, 100, { kind: 'ended' }],
        [page, 200, allow],
      ],
    ],
    ['a first request that is refused', 'wrong_deny', [[page, 0, deny('unknown_session')]]],
    [
      'a live session that is refused',
      'wrong_deny',
      [
        [page, 0, allow],
        [page, 900, idle],
      ],
    ],
    [
      'a live session that is challenged',
      'wrong_deny',
      [
        [page, 0, allow],
        [strict, 400, challenge],
      ],
    ],
    [
      'the other limit as the reason',
      'wrong_reason',
      [
        [page, 0, allow],
        [page, 1_100, absolute],
      ],
    ],
    [
      'a challenge by a policy that ends',
      'wrong_reason',
      [
        [page, 0, allow],
        [page, 1_100, challenge],
      ],
    ],
    [
      'a reason that changes',
      'changed_reason',
      [
        [page, 0, allow],
        [page, 1_100, idle],
        [page, 1_200, deny('revoked')],
      ],
    ],
    [
      'an end that is made twice',
      'second_end',
      [
        [page, 0, allow],
        [page, 1_100, idle],
        [revoke, 1_200, { kind: 'ended' }],
      ],
    ],
    [
      'a start that moves',
      'moved_start',
      [
        [page, 0, { ...allow, absoluteRemainingS: 4 }],
        [page, 500, { ...allow, absoluteRemainingS: 6 }],
      ],
    ],
    [
      'a check without an answer that ends by no limit',
      'wrong_deny',
      [
        [page, 0, allow],
        [page, 100, none],
        [page, 200, idle],
      ],
    ],
  ];
  for (const [what, mistake, steps] of wrong) {
    it(`finds ${what}`, () => expect(mistakesIn(judge(steps))).to.deep.equal([mistake]));
  }

  describe('about a fault that may lose writes', () => {
    const restart: FaultWindow = {
      name: 'restart',
      fromMs: 300,
      untilMs: 400,
      mayLoseSinceMs: 100,
    };
    const revived: readonly Step[] = [
      [page, 0, allow],
      [revoke, 150, { kind: 'ended' }],
      [page, 500, allow],
    ];

    it('accepts that an end is lost', () => {
      expect(mistakesIn(judge(revived, { faults: [restart] }))).to.deep.equal([]);
    });

    it('finds it where that was acknowledged before', () => {
      const later = { ...restart, mayLoseSinceMs: 200 };
      expect(mistakesIn(judge(revived, { faults: [later] }))).to.deep.equal(['wrong_allow']);
    });

    it('accepts that an end on request is made again, after an expiry that was lost', () => {
      const steps: readonly Step[] = [
        [page, 0, allow],
        [page, 1_100, idle],
        [logout, 1_200, { kind: 'allow', reason: 'session_absent' }],
        [page, 1_400, deny('signed_out')],
      ];
      const late = { name: 'failover', fromMs: 1_250, untilMs: 1_300, mayLoseSinceMs: 1_050 };
      expect(mistakesIn(judge(steps, { faults: [late] }))).to.deep.equal([]);
      expect(mistakesIn(judge(steps))).to.deep.equal(['changed_reason']);
    });

    it('accepts a plain reason of a logout as long as replicas may not know each other', () => {
      const steps: readonly Step[] = [
        [page, 0, allow],
        [logout, 500, allow],
        [page, 700, deny('revoked')],
      ];
      const since = { name: 'restart', fromMs: 300, untilMs: 400 };
      const judged = (plainReasonsUntilMs: number): string[] =>
        mistakesIn(judge(steps, { faults: [{ ...since, plainReasonsUntilMs }] }));
      expect(judged(600)).to.deep.equal([]);
      expect(judged(450)).to.deep.equal(['changed_reason']);
      expect(mistakesIn(judge(steps))).to.deep.equal(['changed_reason']);
    });

    it('finds it in a reading in which nothing may be lost', () => {
      const recording = recordingOf(revived, { faults: [restart] });
      expect(mistakesIn(judgeRecording(recording, 'strict'))).to.deep.equal(['wrong_allow']);
    });

    it('accepts that a check without an answer takes effect when the store wakes', () => {
      const frozen = { name: 'frozen', fromMs: 400, untilMs: 1_900 };
      const steps: readonly Step[] = [
        [page, 0, allow],
        [page, 500, none, 150],
        [page, 2_700, allow],
      ];
      expect(mistakesIn(judge(steps, { faults: [frozen] }))).to.deep.equal([]);
      expect(mistakesIn(judge(steps))).to.deep.equal(['wrong_allow']);
    });
  });

  it('says where only one verdict was possible, with an answer and without', () => {
    const { decided, noVerdict } = judge([
      [page, 0, allow],
      [page, 500, none],
      [page, 1_005, allow],
      [page, 9_000, none],
    ]);
    expect(decided).to.equal(1);
    expect(noVerdict).to.include({ total: 2, knownAllow: 1, knownDeny: 1 });
  });

  it('knows nothing of Curfew but the rule: it imports no file outside of its folder', () => {
    const imports = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
        return [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
      });
    expect(imports.length).to.be.above(20);
    expect(imports.filter((name) => name?.startsWith('./') !== true)).to.deep.equal([]);
  });
});
