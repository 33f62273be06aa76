import { expect } from 'chai';
import { formatDuration, parseDuration } from '../../../src/terms/duration.ts';

describe('a duration', () => {
  const read: readonly (readonly [string, number])[] = [
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['30d', 2_592_000_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['5m10ms', 300_010],
    ['0s', 0],
    ['007s', 7_000],
  ];
  for (const [text, durationMs] of read) {
    it(`${text} is ${durationMs} ms`, () => expect(parseDuration(text)).to.equal(durationMs));
  }

  const refused = [
    '',
    ' ',
    '15',
    'm',
    '1.5h',
    '-5m',
    '+5m',
    '1 h',
    '1H',
    '1m1m',
    '1s1m',
    '5ms1s',
    '1w',
    '1e3s',
    '0x1s',
    '１m',
    '1m ',
    '9007199254740992s',
  ];
  for (const text of refused) {
    it(`"${text}" is none`, () => expect(parseDuration(text)).to.equal(undefined));
  }

  const written: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [1, '1ms'],
    [90_000, '1m30s'],
    [86_400_000, '24h'],
    [129_600_000, '36h'],
    [2_592_000_000, '30d'],
  ];
  for (const [durationMs, text] of written) {
    it(`of ${durationMs} ms is written ${text}`, () =>
      expect(formatDuration(durationMs)).to.equal(text));
  }
});
