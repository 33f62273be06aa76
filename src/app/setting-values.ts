import { formatDuration, parseDuration } from '../policy/duration.ts';

/** Reads a duration with units; a string is what is wrong. */
export function parseDurationSetting(bounds: {
  readonly minMs: number;
  readonly maxMs: number;
}): (text: string) => { readonly ms: number } | string {
  return (text) => {
    const ms = parseDuration(text);
    if (ms === undefined)
      return 'is no duration; write a number with its unit, such as 250ms, 5s or 1m30s';
    if (ms < bounds.minMs || ms > bounds.maxMs) {
      return `must be from ${formatDuration(bounds.minMs)} to ${formatDuration(bounds.maxMs)}`;
    }
    return { ms };
  };
}

/** Reads a whole number; a string is what is wrong. */
export function parseNumberSetting(bounds: {
  readonly min: number;
  readonly max: number;
}): (text: string) => number | string {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    const fits = number >= bounds.min && number <= bounds.max;
    return fits ? number : `must be a whole number from ${bounds.min} to ${bounds.max}`;
  };
}
