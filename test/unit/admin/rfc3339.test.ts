import { expect } from 'chai';
import * as fc from 'fast-check';
import { formatInstant, parseInstant } from '../../../src/admin/wire/rfc3339.ts';

describe('RFC 3339 instants', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (atMs) => {
        expect(parseInstant(formatInstant(atMs))).to.equal(atMs);
      }),
    );
  });

  const table: readonly (readonly [string, string])[] = [
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31t09:30:00.5z', '2026-01-31T09:30:00.500Z'],
    ['2026-01-31T09:30:00.123456789Z', '2026-01-31T09:30:00.123Z'],
    ['2026-01-31T09:30:00+05:30', '2026-01-31T04:00:00.000Z'],
    ['2026-01-31T23:30:00-01:00', '2026-02-01T00:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ];
  for (const [text, instant] of table) {
    it(`reads ${text}`, () => expect(formatInstant(parseInstant(text) ?? 0)).to.equal(instant));
  }

  const wrong = [
    '',
    'now',
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-01-31 09:30:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T23:60:00Z',
    '2026-12-31T23:59:60Z',
    '2026-01-31T09:30:00+24:00',
    '1969-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    '1769851800000',
    '2026-01-31T09:30:00Z ',
  ];
  for (const text of wrong) {
    it(`refuses "${text}"`, () => expect(parseInstant(text)).to.equal(undefined));
  }
});
