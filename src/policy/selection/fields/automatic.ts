import { hasHeader, joinedHeader } from '../../../terms/header-lines.ts';
import type { RequestFacts } from '../../../terms/request-facts.ts';
import type { FieldRule, MatchInput } from './matcher-field.ts';

/**
 * `automatic`: a page that reloads itself. Browsers send `sec-fetch-user` with a navigation only if
 * its user asked for it, so a navigation without it is automatic, if the browser is one that sends
 * it: Chromium, which then sends `sec-ch-ua` too, or Firefox. WebKit does not, and neither does
 * Firefox for iOS, which is WebKit.
 *
 * A return from a login of another site has no user either, but is the work of one.
 */
export const automaticField: FieldRule<true> = {
  testsOf: () => [
    { field: 'automatic', wanted: 'true', passes: isAutomatic, found: () => undefined },
  ],
  covers: (_, narrow) => narrow === true,
  headersOf: () => HEADERS,
};

const HEADERS: readonly string[] = [
  'sec-fetch-mode',
  'sec-fetch-dest',
  'sec-fetch-site',
  'sec-fetch-user',
  'service-worker-navigation-preload',
  'sec-ch-ua',
  'user-agent',
];

function isAutomatic({ method, headers }: MatchInput): boolean {
  const facts = { headers };
  const value = (name: string): string => joinedHeader(facts, name) ?? '';
  const site = value('sec-fetch-site');
  return (
    method === 'GET' &&
    value('sec-fetch-mode') === 'navigate' &&
    value('sec-fetch-dest') === 'document' &&
    (site === 'same-origin' || site === 'none') &&
    !hasHeader(facts, 'sec-fetch-user') &&
    !hasHeader(facts, 'service-worker-navigation-preload') &&
    reportsGestures(facts)
  );
}

function reportsGestures(facts: Pick<RequestFacts, 'headers'>): boolean {
  if (hasHeader(facts, 'sec-ch-ua')) return true;
  const agent = joinedHeader(facts, 'user-agent') ?? '';
  return agent.includes('Firefox/') && !agent.includes('FxiOS/');
}
