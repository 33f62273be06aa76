import { expect } from 'chai';
import { eventually } from '../../support/time/eventually.ts';
import { gapOf, recordVerdicts } from '../../bench/stores/verdict-gaps.ts';
import type { TimedAnswer } from '../../bench/stores/verdict-gaps.ts';
import { ALLOW, OK, UNAVAILABLE, startAnsweringServer } from './answering-server.ts';

function at(dueAtMs: number, answer: TimedAnswer['answer'], session = 0): TimedAnswer {
  return { session, dueAtMs, answer };
}

describe('the gap of a failover', () => {
  it('lasts from the first check without a verdict to the last one', () => {
    const gap = gapOf(
      [
        at(10, 'allow'),
        at(20, 'noVerdict', 1),
        at(30, 'allow'),
        at(50, 'noVerdict', 2),
        at(60, 'allow'),
      ],
      35,
    );
    expect(gap).to.deep.equal({
      checks: 5,
      noVerdict: 2,
      sessions: new Set([1, 2]),
      wholeMs: 30,
      afterNamedMs: 15,
    });
  });

  it('ends before the new primary is named, or there is none', () => {
    const early = gapOf([at(20, 'noVerdict'), at(30, 'allow')], 35);
    expect(early.afterNamedMs).to.equal(0);
    const none = gapOf([at(20, 'allow')], 10);
    expect(none).to.deep.include({ noVerdict: 0, wholeMs: 0, afterNamedMs: 0 });
  });

  it('means nothing if a live session was denied', () => {
    expect(() => gapOf([at(10, 'allow'), at(20, 'deny')], 0)).to.throw('deny');
    expect(() => gapOf([at(10, 'broken')], 0)).to.throw('broken');
  });
});

describe('a recording of verdicts', () => {
  it('has every check in the order in which they were due, and waits for none of them', async () => {
    let asked = 0;
    const server = await startAnsweringServer((_request, reply) => {
      const answer = (asked += 1) % 2 === 0 ? UNAVAILABLE : OK;
      // The first answer comes after later ones.
      if (asked === 1) setTimeout(() => reply(answer, ALLOW), 50);
      else reply(answer, ALLOW);
    });
    try {
      const recording = await recordVerdicts(server.port, { perSecond: 500, sessions: 2 });
      await eventually('twenty checks', () => asked >= 20);
      const answers = await recording.stop();
      expect(answers).to.have.lengthOf(asked);
      expect(answers.slice(0, 4).map(({ session }) => session)).to.deep.equal([0, 1, 0, 1]);
      expect(answers.filter(({ answer }) => answer === 'noVerdict')).to.not.be.empty;
      const due = answers.map(({ dueAtMs }) => dueAtMs);
      expect(due).to.deep.equal(due.toSorted((one, other) => one - other));
    } finally {
      server.stop();
    }
  });
});
