import type { RequestFacts } from '../../terms/request-facts.ts';

/** What in a request says by itself that no person sent it. */
export interface PassiveHint {
  /** The header, for explanations. */
  readonly header: string;
  /**
   * `prefetch`: a browser loads a page ahead of a click. `stream`: an upgrade or an event stream,
   * which count as activity in policies with `streams: active`.
   */
  readonly kind: 'prefetch' | 'stream' | 'other';
}

const PREFETCH = hint('sec-purpose: prefetch', 'prefetch');
const UPGRADE = hint('upgrade', 'stream');
const EVENT_STREAM = hint('accept: text/event-stream', 'stream');
const MARKED = hint('curfew-passive: ?1', 'other');
const SERVICE_WORKER = hint('service-worker: script', 'other');
const OLD_PREFETCHES: Readonly<Record<string, PassiveHint>> = {
  'x-sec-purpose': hint('x-sec-purpose: prefetch', 'other'),
  purpose: hint('purpose: prefetch', 'other'),
  'x-moz': hint('x-moz: prefetch', 'other'),
};
/** What browsers fetch for themselves, by `sec-fetch-dest`. */
const DESTINATIONS: ReadonlyMap<string, PassiveHint> = new Map(
  ['manifest', 'report', 'speculationrules'].map((destination) => [
    destination,
    hint(`sec-fetch-dest: ${destination}`, 'other'),
  ]),
);
/** What browsers post by themselves. */
const CONTENT_TYPES: ReadonlyMap<string, PassiveHint> = new Map(
  ['application/csp-report', 'application/reports+json', 'text/ping'].map((type) => [
    type,
    hint(`content-type: ${type}`, 'other'),
  ]),
);

const PREFETCH_PURPOSE = /^\s*(?:prefetch|prerender)\s*(?:[;,]|$)/i;
const EVENT_STREAM_TYPE = /(?:^|,)\s*text\/event-stream\s*(?:[;,]|$)/i;

/**
 * The strongest hint of a request, or `undefined`. A client's own mark can only make its request
 * count less, so it needs no trust.
 */
export function passiveHint(
  request: Pick<RequestFacts, 'method' | 'headers'>,
): PassiveHint | undefined {
  let found: PassiveHint | undefined;
  for (const line of request.headers) {
    const next = hintOf(line.name, line.value, request.method);
    if (next === undefined) continue;
    if (next.kind === 'prefetch') return next;
    if (found === undefined || found.kind === 'stream') found = next;
  }
  return found;
}

const AHEAD: ReadonlySet<string> = new Set(['sec-purpose', ...Object.keys(OLD_PREFETCHES)]);

/** Whether a browser sent the request before a click that may never come, by any of its headers. */
export function isAheadOfClick({ headers }: Pick<RequestFacts, 'headers'>): boolean {
  return headers.some(({ name, value }) => AHEAD.has(name) && PREFETCH_PURPOSE.test(value));
}

function hintOf(name: string, value: string, method: string): PassiveHint | undefined {
  switch (name) {
    case 'sec-purpose':
      return PREFETCH_PURPOSE.test(value) ? PREFETCH : undefined;
    case 'x-sec-purpose':
    case 'purpose':
    case 'x-moz':
      return PREFETCH_PURPOSE.test(value) ? OLD_PREFETCHES[name] : undefined;
    case 'accept':
      return method === 'GET' && EVENT_STREAM_TYPE.test(value) ? EVENT_STREAM : undefined;
    case 'upgrade':
      return method !== 'POST' && isUpgrade(value) ? UPGRADE : undefined;
    case 'content-type':
      return method === 'POST' ? CONTENT_TYPES.get(mediaType(value)) : undefined;
    case 'sec-fetch-dest':
      return DESTINATIONS.get(value);
    case 'service-worker':
      return value.trim() === 'script' ? SERVICE_WORKER : undefined;
    case 'curfew-passive':
      return value.split(',').some((item) => item.trim() === '?1') ? MARKED : undefined;
    default:
      return undefined;
  }
}

/** Java's client asks for `h2c` with each request, and Envoy ignores it. */
function isUpgrade(value: string): boolean {
  const protocol = value.trim().toLowerCase();
  return protocol !== '' && protocol !== 'h2c';
}

function mediaType(value: string): string {
  const [type = ''] = value.split(';');
  return type.trim().toLowerCase();
}

function hint(header: string, kind: PassiveHint['kind']): PassiveHint {
  return { header, kind };
}
