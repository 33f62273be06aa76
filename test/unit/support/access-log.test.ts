import { expect } from 'chai';
import { accessLogEntries } from '../../support/envoy/access-log.ts';

const entry = (path: string): string =>
  JSON.stringify({
    method: 'GET',
    path,
    status: 200,
    curfew: { reason: 'ok', note: 'a } in "it"' },
  });
const WARNING = '[2026-01-01 00:00:00.000][1][warning][config] {"what": {"a": 1}} { and no end';

function pathsIn(log: string): readonly string[] {
  return accessLogEntries(log).map(({ path }) => path);
}

describe("the reader of Envoy's access log", () => {
  it('reads an entry on each line', () => {
    expect(pathsIn(`${entry('/a')}\n${entry('/b')}\n`)).to.deep.equal(['/a', '/b']);
  });

  it('reads two entries on one line as two', () => {
    expect(pathsIn(`${entry('/a')}${entry('/b')}\n`)).to.deep.equal(['/a', '/b']);
  });

  it('reads an entry after one that was cut off', () => {
    expect(pathsIn(`${entry('/a').slice(0, 20)}${entry('/b')}\n`)).to.deep.equal(['/b']);
    expect(pathsIn(`${entry('/a').slice(0, 50)}\n${entry('/b')}\n`)).to.deep.equal(['/b']);
  });

  it('does not take other lines for entries', () => {
    expect(pathsIn(`${WARNING}\n${entry('/a')}\n${WARNING}`)).to.deep.equal(['/a']);
  });

  it('waits for the rest of an entry that is not complete yet', () => {
    const whole = entry('/a');
    for (let end = 0; end < whole.length; end += 1) {
      expect(pathsIn(whole.slice(0, end)), String(end)).to.deep.equal([]);
    }
  });
});
