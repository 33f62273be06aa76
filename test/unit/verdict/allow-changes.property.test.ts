import { expect } from 'chai';
import * as fc from 'fast-check';
import { buildAllow } from '../../../src/verdict/build-allow.ts';
import type { JudgedRequest } from '../../../src/verdict/judged-request.ts';
import { REASON_NAMES } from '../../../src/verdict/reason.ts';
import { clocksOf, judgedOf } from '../../support/requests/judged-request.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const timeout = fc.option(fc.integer({ min: 1, max: 10 ** 11 }), { nil: undefined });

const judged: fc.Arbitrary<JudgedRequest> = fc
  .record({
    idleTimeoutMs: timeout,
    absoluteTimeoutMs: timeout,
    streamMaxMs: timeout,
    streamCut: fc.boolean(),
    exposeLifetime: fc.boolean(),
    hasClocks: fc.boolean(),
    streamCutHeader: fc.constantFrom(
      'x-cut',
      'x_cut',
      'x-cut-ms',
      'session-lifetime',
      'X-Cut',
      'no token',
    ),
    name: fc.constantFrom(
      'accept',
      'x-cut',
      'x_cut',
      'x.cut',
      'session-lifetime',
      'session.lifetime',
    ),
  })
  .map(({ name, hasClocks, streamCutHeader, ...policy }) =>
    judgedOf({
      policy,
      facts: { headers: { [name]: 'text/event-stream' } },
      clocks: hasClocks ? clocksOf() : undefined,
      settings: { streamCutHeader, realm: 'curfew' },
    }),
  );

describe(`what an allow changes on a request (seed ${seed})`, () => {
  it('is the same whether or not a credential is removed as well', () => {
    fc.assert(
      fc.property(judged, fc.constantFrom(...REASON_NAMES), (request, reason) => {
        const strip = { set: [], remove: ['x-credential'] };
        const beside = buildAllow({ ...request, strip }, reason);
        expect(beside.requestHeadersToRemove).to.include('x-credential');
        expect(buildAllow(request, reason)).to.deep.equal({
          ...beside,
          requestHeadersToRemove: beside.requestHeadersToRemove.filter(
            (name) => name !== 'x-credential',
          ),
        });
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('never both sets and removes a name, and never sets one twice', () => {
    fc.assert(
      fc.property(judged, fc.constantFrom(...REASON_NAMES), (request, reason) => {
        const { requestHeaders, requestHeadersToRemove } = buildAllow(request, reason);
        const set = requestHeaders.map(([name]) => name);
        const all = [...set, ...requestHeadersToRemove];
        expect(new Set(all).size).to.equal(all.length);
        const gone = ['session-lifetime', 'session_lifetime'];
        expect(all).to.include.members(gone);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('lists the names that it removes in the same list each time', () => {
    const request = judgedOf();
    const first = buildAllow(request, 'ok').requestHeadersToRemove;
    const second = buildAllow({ ...judgedOf(), settings: request.settings }, 'ok');
    expect(second.requestHeadersToRemove).to.equal(first);
  });
});
