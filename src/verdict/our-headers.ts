import type { RequestFacts } from '../session/request-facts.ts';
import { guardNames } from './header-guard.ts';
import type { ReplySettings } from './judged-request.ts';

/** Tells the application, and on request the client, what is left of the session. */
export const LIFETIME_HEADER = 'session-lifetime';

/**
 * Every spelling of our names that must not reach the application from the client: the names themselves, their
 * underscore twins (CGI and WSGI read both as one variable), and other twins that this request carries.
 */
export function ourHeaderNames(facts: RequestFacts, settings: ReplySettings): readonly string[] {
  const ours = [settings.streamCutHeader, LIFETIME_HEADER];
  const names = new Set<string>();
  for (const name of ours) names.add(name).add(name.replaceAll('-', '_'));
  for (const { name } of facts.headers) {
    if (ours.some((our) => isTwin(name, our))) names.add(name);
  }
  return guardNames(names);
}

/** Differs at most in what stands where our name has a hyphen. */
function isTwin(name: string, ours: string): boolean {
  return (
    name.length === ours.length &&
    name.replace(/[^a-z0-9]/g, '-') === ours.replace(/[^a-z0-9]/g, '-')
  );
}
