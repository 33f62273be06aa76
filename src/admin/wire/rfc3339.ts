/** An instant as RFC 3339 with milliseconds, in UTC. */
export function formatInstant(atMs: number): string {
  return new Date(atMs).toISOString();
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Milliseconds since the epoch of an RFC 3339 date-time; parts of a millisecond are cut off.
 * `undefined`: it is not one. `Date.parse` alone would also accept 30 February and other forms.
 */
export function parseInstant(text: string): number | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const [fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = found.slice(7);
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // A day that the month does not have becomes one of the next month.
  if (new Date(localMs).getUTCMonth() !== month - 1 || year < 1970) return undefined;
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return sign === '-' ? localMs + offsetMs : localMs - offsetMs;
}
