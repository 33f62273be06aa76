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
  const usual = usualSpellings(settings);
  const twins: string[] = [];
  for (const { name } of facts.headers) {
    if (isTwin(name, LIFETIME_HEADER) || isTwin(name, settings.streamCutHeader)) twins.push(name);
  }
  return twins.length === 0 ? usual : [...usual, ...guardNames(twins)];
}

/** Settings live as long as a version of the policy file, and every allow asks for the same names. */
const spellings = new WeakMap<ReplySettings, readonly string[]>();

function usualSpellings(settings: ReplySettings): readonly string[] {
  const known = spellings.get(settings);
  if (known !== undefined) return known;
  const ours = [settings.streamCutHeader, LIFETIME_HEADER];
  const names = guardNames(ours.flatMap((name) => [name, name.replaceAll('-', '_')]));
  spellings.set(settings, names);
  return names;
}

/** Differs at most in what stands where our name has a hyphen. */
function isTwin(name: string, ours: string): boolean {
  return (
    name.length === ours.length &&
    name.replace(/[^a-z0-9]/g, '-') === ours.replace(/[^a-z0-9]/g, '-')
  );
}
