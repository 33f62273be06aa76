import { joinedHeader } from '../terms/header-lines.ts';
import type { RequestFacts } from '../terms/request-facts.ts';

/**
 * What a browser fetches to show it to a person. `document`: a page of its own, which follows a
 * redirect to a login. `frame`: a part of another page, in which a login page seldom shows.
 */
export type Navigation = 'document' | 'frame';

/** `sec-fetch-dest` of what a page shows within itself. */
const FRAMES: ReadonlySet<string> = new Set(['iframe', 'frame', 'embed', 'object']);

/** Types of the bodies that a form posts (HTML, form submission). */
const FORM_TYPES: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** The id of an Android application, such as `com.example.app`. */
const APPLICATION_ID = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/i;

/** Whether the answer is shown to a person. */
export function isNavigation(facts: RequestFacts): boolean {
  return navigationOf(facts) !== undefined;
}

/**
 * What the answer is shown as, or `undefined` if it is not shown to a person. A page that is loaded
 * ahead of a click (`sec-purpose`) is not shown: the browser keeps it, and a redirect in it would
 * be shown after a login that took place in the meantime.
 */
export function navigationOf(facts: RequestFacts): Navigation | undefined {
  if (joinedHeader(facts, 'sec-purpose') !== undefined) return undefined;
  const mode = joinedHeader(facts, 'sec-fetch-mode');
  const dest = joinedHeader(facts, 'sec-fetch-dest');
  if (mode === undefined && dest === undefined) return withoutMetadata(facts);
  if (dest === 'empty') return throughServiceWorker(facts, mode);
  if (mode !== 'navigate' || dest === undefined) return undefined;
  if (dest === 'document') return 'document';
  return FRAMES.has(dest) ? 'frame' : undefined;
}

/**
 * A service worker that hands a navigation on with `fetch(event.request)`. Chromium then sends
 * navigate and empty, Firefox same-origin and empty. A download has the same pair in Chromium, but
 * accepts anything.
 */
function throughServiceWorker(
  facts: RequestFacts,
  mode: string | undefined,
): Navigation | undefined {
  if (mode !== 'navigate' && mode !== 'same-origin') return undefined;
  if (!isGetOrHead(facts) || !acceptsHtmlFirst(facts)) return undefined;
  return joinedHeader(facts, 'x-requested-with') === undefined ? 'document' : undefined;
}

/** Clients without fetch metadata: old browsers, WebViews, and every browser over plain HTTP. */
function withoutMetadata(facts: RequestFacts): Navigation | undefined {
  if (!isGetOrHead(facts) && !isFormPost(facts)) return undefined;
  if (!acceptsHtmlFirst(facts) || joinedHeader(facts, 'upgrade') !== undefined) return undefined;
  return isSentByScript(facts) ? undefined : 'document';
}

function isGetOrHead({ method }: RequestFacts): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isFormPost(facts: RequestFacts): boolean {
  if (facts.method !== 'POST') return false;
  const [type = ''] = (joinedHeader(facts, 'content-type') ?? '').split(';');
  return FORM_TYPES.has(type.trim().toLowerCase());
}

/** Scripts name themselves in this header; an Android WebView sends its application's id there. */
function isSentByScript(facts: RequestFacts): boolean {
  const sender = joinedHeader(facts, 'x-requested-with');
  return sender !== undefined && !APPLICATION_ID.test(sender);
}

/** Whether `text/html` is what the client asks for first. Programs send wildcards. */
function acceptsHtmlFirst(facts: RequestFacts): boolean {
  const [range = ''] = (joinedHeader(facts, 'accept') ?? '').split(',', 1);
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  return type === 'text/html' && !parameters.some((each) => /^q=0(?:\.0{0,3})?$/.test(each));
}
