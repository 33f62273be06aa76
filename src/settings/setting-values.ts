import { formatDuration, parseDuration } from '../terms/duration.ts';
import type { SettingReading } from './setting.ts';

/** Takes any text: whether the file can be read shows when it is. */
export function readFilePath(text: string): SettingReading<string> {
  return { value: text };
}

/** Takes text without control characters and blanks at its ends, up to a length. */
export function textWithin(charactersMax: number): (text: string) => SettingReading<string> {
  return (text) => {
    // oxlint-disable-next-line no-control-regex -- refusing them is the point
    if (text !== text.trim() || /[\x00-\x1f\x7f]/.test(text)) {
      return { problem: 'has blanks at its ends, or control characters' };
    }
    return text.length <= charactersMax
      ? { value: text }
      : { problem: `is longer than ${charactersMax} characters` };
  };
}

/** Reads a duration with units. */
export function durationWithin(bounds: {
  readonly minMs: number;
  readonly maxMs: number;
}): (text: string) => SettingReading<number> {
  return (text) => {
    const ms = parseDuration(text);
    if (ms === undefined) {
      const problem = 'is not a duration; write a number with its unit, such as 250ms, 5s or 1m30s';
      return { problem };
    }
    if (ms < bounds.minMs || ms > bounds.maxMs) {
      const range = `${formatDuration(bounds.minMs)} to ${formatDuration(bounds.maxMs)}`;
      return { problem: `must be from ${range}` };
    }
    return { value: ms };
  };
}

/** Reads a duration, or `off` as `undefined`. */
export function durationOrOff(bounds: {
  readonly minMs: number;
  readonly maxMs: number;
}): (text: string) => SettingReading<number | undefined> {
  const read = durationWithin(bounds);
  return (text) => (text === 'off' ? { value: undefined } : read(text));
}

/** Reads a whole number. */
export function numberWithin(bounds: {
  readonly min: number;
  readonly max: number;
}): (text: string) => SettingReading<number> {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    const isWithin = number >= bounds.min && number <= bounds.max;
    return isWithin
      ? { value: number }
      : { problem: `must be a whole number from ${bounds.min} to ${bounds.max}` };
  };
}

/** Reads one word of a closed list. `what` names one of them with its article, as in `a log level`. */
export function oneOf<Word extends string>(
  what: string,
  words: readonly Word[],
): (text: string) => SettingReading<Word> {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return { value: word };
    const choice = words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ');
    return { problem: `is not ${what}; write ${choice}` };
  };
}
