import { expect } from 'chai';
import type { RequestFacts } from '../../../../src/terms/request-facts.ts';
import { policiesOf, selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

const LIMITS = 'idle: 5m, absolute: 8h';

const policies = policiesOf([
  `- { name: a, match: [{ path: /a/** }], ${LIMITS}, passive: [{ path: /a/poll }, { path: /a/Feed/ }, { header: { name: x-poll, value: "1" } }] }`,
  `- { name: live, match: [{ path: /live/** }], ${LIMITS}, streams: active }`,
]);

type Row = readonly [what: string, path: string, facts: Partial<RequestFacts>, passive: boolean];

function header(name: string, value: string, method = 'GET'): Partial<RequestFacts> {
  return { method, headers: [{ name, value }] };
}

function headers(...lines: readonly (readonly [string, string])[]): Partial<RequestFacts> {
  return { headers: lines.map(([name, value]) => ({ name, value })) };
}

function describeRows(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [what, path, facts, passive] of rows) {
      it(what, () => {
        expect(selected(policies, requestFacts(path, facts)).passive).to.equal(passive);
      });
    }
  });
}

describeRows('a request is passive by a rule of its policy', [
  ['that matches its path', '/a/poll?x=1', {}, true],
  ['that matches its path, with or without a final slash', '/a/poll/', {}, true],
  ['that matches its header', '/a/x', header('x-poll', '1'), true],
  ['but not by another value of that header', '/a/x', header('x-poll', '2'), false],
  ['but not by a rule of another policy', '/b', header('x-poll', '1'), false],
  ['but not if no rule matches', '/a/x', {}, false],
  ['but not if only one reading of the path matches', '/a/POLL', {}, false],
  ['but not if only one reading of the rule matches', '/a/feed', {}, false],
  ['but not if the path as it was sent does not match', '/a//poll', {}, false],
]);

describeRows('a request is passive if it says so by itself', [
  ['with curfew-passive: ?1', '/b', header('curfew-passive', '?1'), true],
  ['with curfew-passive: ?0, ?1', '/b', header('curfew-passive', '?0, ?1'), true],
  ['but not with curfew-passive: ?0', '/b', header('curfew-passive', '?0'), false],
  ['also a POST', '/b', header('curfew-passive', '?1', 'POST'), true],
  ['also on a doubtful path', '/A', header('curfew-passive', '?1'), true],
]);

describeRows('a request is passive if a browser makes it for itself', [
  ['a prefetch', '/b', header('sec-purpose', 'prefetch'), true],
  ['a prerender', '/b', header('sec-purpose', 'prefetch;prerender'), true],
  ['a prefetch of older browsers', '/b', header('purpose', 'prefetch'), true],
  ['a prefetch of older Firefox', '/b', header('x-moz', 'prefetch'), true],
  ['a prefetch of older Chromium', '/b', header('x-sec-purpose', 'prefetch'), true],
  ['but not with another purpose', '/b', header('sec-purpose', 'prefetching'), false],
  ['a report of a policy', '/b', header('content-type', 'application/csp-report', 'POST'), true],
  [
    'a report of the Reporting API, with parameters',
    '/b',
    header('content-type', 'Application/Reports+JSON; charset=utf-8', 'POST'),
    true,
  ],
  ['but not by the type alone', '/b', header('content-type', 'application/csp-report'), false],
  ['but not JSON', '/b', header('content-type', 'application/json', 'POST'), false],
  ['the ping of a link', '/b', header('content-type', 'text/ping', 'POST'), true],
  ['a report by its destination', '/b', header('sec-fetch-dest', 'report', 'POST'), true],
  ['a manifest', '/b', header('sec-fetch-dest', 'manifest'), true],
  ['speculation rules', '/b', header('sec-fetch-dest', 'speculationrules'), true],
  ['but not an image', '/b', header('sec-fetch-dest', 'image'), false],
  ['but not a document', '/b', header('sec-fetch-dest', 'document'), false],
  ['the script of a service worker', '/b', header('service-worker', 'script'), true],
  ['but not what else a service worker names', '/b', header('service-worker', 'x'), false],
]);

describeRows('a request is passive if it opens a stream', [
  ['of events', '/b', header('accept', 'text/event-stream'), true],
  ['of events, with parameters', '/b', header('accept', 'text/event-stream; q=1'), true],
  ['of events, among other types', '/b', header('accept', 'a/b, text/event-stream;q=1, c/d'), true],
  [
    'of events, on another line',
    '/b',
    headers(['accept', 'a/b'], ['accept', 'text/event-stream']),
    true,
  ],
  [
    'but not of another type',
    '/b',
    header('accept', 'text/event-streams, x/text/event-stream'),
    false,
  ],
  ['but not by a POST', '/b', header('accept', 'text/event-stream', 'POST'), false],
  ['of an upgrade', '/b', header('upgrade', 'websocket'), true],
  ['but not of an upgrade to HTTP/2, which Envoy ignores', '/b', header('upgrade', 'h2c'), false],
  ['but not by a POST with an upgrade', '/b', header('upgrade', 'websocket', 'POST'), false],
  [
    'but not of events where streams are active',
    '/live/x',
    header('accept', 'text/event-stream'),
    false,
  ],
  [
    'but not of an upgrade where streams are active',
    '/live/x',
    header('upgrade', 'websocket'),
    false,
  ],
  [
    'where streams are active, if it says so by itself',
    '/live/x',
    headers(['upgrade', 'websocket'], ['curfew-passive', '?1']),
    true,
  ],
]);

describe('a prefetch', () => {
  const of = (path: string, ...lines: readonly (readonly [string, string])[]) =>
    selected(policies, requestFacts(path, headers(...lines)));

  it('is not the same as other passive requests', () => {
    expect(of('/b', ['sec-purpose', 'prefetch']).isPrefetch).to.equal(true);
    expect(of('/b', ['curfew-passive', '?1']).isPrefetch).to.equal(false);
    expect(of('/b', ['purpose', 'prefetch']).isPrefetch).to.equal(false);
  });

  it('is one whatever else makes it passive', () => {
    const both = of('/a/poll', ['curfew-passive', '?1'], ['sec-purpose', 'prefetch']);
    expect(both).to.include({ isPrefetch: true, passive: true });
  });

  it('may be doubtful', () => {
    expect(of('/A/x', ['sec-purpose', 'prefetch'])).to.include({
      isPrefetch: true,
      isDoubtful: true,
      passive: true,
    });
  });
});

describe('the headers by which a request is passive', () => {
  const NAMES = [
    'accept',
    'content-type',
    'curfew-passive',
    'purpose',
    'sec-fetch-dest',
    'sec-purpose',
    'service-worker',
    'upgrade',
    'x-moz',
    'x-sec-purpose',
  ];
  for (const name of NAMES) {
    it(`are decoded under every file: ${name}`, () => {
      expect(policies.wantedHeaders.includes(name)).to.equal(true);
    });
  }
});
