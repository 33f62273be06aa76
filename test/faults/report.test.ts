import { expect } from 'chai';
import { judgeRecording } from './oracle/judge-recording.ts';
import type { Recording } from './oracle/recording.ts';
import { runTable } from './report.ts';

describe('the report of a run', () => {
  it('has its length, also after more checks than a call may have arguments', () => {
    const entry = {
      session: 1,
      question: { kind: 'check', policy: 'default', isPassive: false },
      answer: { kind: 'none', why: 'no answer' },
    } as const;
    const entries = Array.from({ length: 300_000 }, (_, index) => ({
      ...entry,
      sentAtMs: index,
      answeredAtMs: index + 1,
    }));
    const clock = { stepMs: 1, roundingMs: 1 };
    const recording: Recording = { title: 'many', seed: 7, clock, files: [], faults: [], entries };
    const judged = judgeRecording({ ...recording, entries: [] });
    expect(runTable(recording, judged, judged)).to.contain('| many, 300 s, seed 7 |');
  });
});
