import type { RequestFacts } from '../session/request-facts.ts';

/**
 * What a client says of its own request that makes it no activity, or `undefined`. A hint of a client can only make a
 * request count less, so it needs no trust.
 */
export function passiveHint({ headers }: Pick<RequestFacts, 'headers'>): string | undefined {
  for (const { name, value } of headers) {
    if (name === 'sec-purpose' && /^\s*prefetch\b/i.test(value)) return 'sec-purpose: prefetch';
    if (
      name === 'accept' &&
      /^\s*text\/event-stream\s*(?:;|$)/i.test(value) &&
      !value.includes(',')
    ) {
      return 'accept: text/event-stream';
    }
    if (name === 'curfew-passive' && value.split(',').some((item) => item.trim() === '?1')) {
      return 'curfew-passive: ?1';
    }
  }
  return undefined;
}
