import { spreadOf } from './rounds.ts';

/** A number for readers: whole numbers unchanged, others with three significant digits; thousands separated. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits =
    size >= 100 || Number.isInteger(value) ? 0 : Math.max(0, 2 - Math.floor(Math.log10(size)));
  const [whole = '', fraction] = value.toFixed(Math.min(digits, 4)).split('.');
  const apart = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** `median (min–max)` of some rounds; only the figure if there was one round. */
export function figures(rounds: readonly number[]): string {
  const { min, median, max } = spreadOf(rounds);
  if (rounds.length === 1 || Number.isNaN(median)) return figure(median);
  return `${figure(median)} (${figure(min)}–${figure(max)})`;
}
