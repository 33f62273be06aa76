import { expect } from 'chai';
import { pino } from 'pino';
import { SentinelLog } from '../../../../src/telemetry/log/sentinel-log.ts';
import { ManualClock } from '../../../support/time/manual-clock.ts';

const MINUTE_MS = 60_000;
/** How often telemetry is summarized. */
const SUMMARY_MS = 10_000;

describe('SentinelLog', () => {
  let lines: { readonly event: string; readonly [field: string]: unknown }[];
  let clock: ManualClock;
  let sentinels: SentinelLog;

  beforeEach(() => {
    lines = [];
    clock = new ManualClock();
    const write = (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]);
    sentinels = new SentinelLog(pino({ base: null }, { write }), clock.now);
  });

  const say = (why: string): void => {
    sentinels.sentinels({ known: 3, down: why === '' ? 0 : 1, why });
  };
  const events = () => lines.splice(0).map(({ event }) => event);

  it('says what is wrong, when that changes, and when nothing is', () => {
    for (const why of ['', 'a: gone', 'a: gone', 'a: gone; b: gone', '', '']) say(why);
    expect(lines.map(({ why }) => why)).to.deep.equal(['a: gone', 'a: gone; b: gone', undefined]);
    expect(events().at(-1)).to.equal('sentinels_agree');
  });

  it('writes a few lines a minute about a Sentinel that comes and goes, and counts the others', () => {
    const changes = (10 * MINUTE_MS) / 750;
    for (let change = 0; change < changes; change += 1) {
      say(change % 2 === 0 ? 'a: the connection was lost' : '');
      clock.advance(750);
      if (change % 13 === 0) sentinels.summarize();
    }
    expect(lines.length).to.be.within(10, 22);
    const troubled = lines.filter(({ event }) => event === 'sentinels_troubled');
    expect(troubled[0]).to.not.have.property('left_out');
    for (const { left_out: leftOut } of troubled.slice(1)) expect(leftOut).to.be.within(30, 45);
  });

  it('limits causes that are always new', () => {
    for (let change = 0; change < 1_000; change += 1) {
      say(`a: ${change}`);
      clock.advance(10);
    }
    expect(lines.length).to.equal(20);
    clock.advance(MINUTE_MS);
    say('b: gone');
    expect(lines.at(-1)).to.include({ why: 'b: gone', left_out: 980 });
  });

  it('says in the end what is so, also of what was left out', () => {
    for (const why of ['a: gone', '', 'a: gone']) say(why);
    expect(events()).to.deep.equal(['sentinels_troubled', 'sentinels_agree']);
    for (let passedMs = 0; passedMs < MINUTE_MS; passedMs += SUMMARY_MS) {
      sentinels.summarize();
      expect(events()).to.deep.equal([]);
      clock.advance(SUMMARY_MS);
    }
    sentinels.summarize();
    expect(lines[0]).to.include({ event: 'sentinels_troubled', left_out: 1 });
    sentinels.summarize();
    expect(events()).to.have.lengthOf(1);
  });
});
