// Random replies of the handler, within its contract.

import * as fc from 'fast-check';
import type {
  AllowReply,
  DenyReply,
  HeaderPair,
  VerdictMetadata,
} from '../../../src/authz/check-call.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/);
const value = fc.stringMatching(/^[ -~]{0,60}$/);
const pair: fc.Arbitrary<HeaderPair> = fc.tuple(name, value);
const pairs = fc.array(pair, { maxLength: 6 });
const remaining = fc.option(fc.nat(), { nil: undefined });

const metadata = (verdict: 'allow' | 'deny'): fc.Arbitrary<VerdictMetadata> =>
  fc.record({
    verdict: fc.constant(verdict),
    reason: name,
    policy: fc.string({ unit: 'binary' }),
    mode: fc.constantFrom('enforce' as const, 'observe' as const),
    source: fc.option(name, { nil: undefined }),
    session: fc.option(name, { nil: undefined }),
    idle_remaining_s: remaining,
    absolute_remaining_s: remaining,
  });

export const arbitraryAllow: fc.Arbitrary<AllowReply> = fc.record({
  kind: fc.constant('allow' as const),
  requestHeaders: pairs,
  requestHeadersToRemove: fc.array(
    name.map((text) => `removed-${text}`),
    { maxLength: 4 },
  ),
  responseHeaders: pairs,
  metadata: metadata('allow'),
});

export const arbitraryDeny: fc.Arbitrary<DenyReply> = fc.record({
  kind: fc.constant('deny' as const),
  httpStatus: fc.constantFrom<DenyReply['httpStatus']>(200, 204, 302, 303, 401, 404, 503),
  headers: pairs,
  body: fc.string({ unit: 'binary', maxLength: 200 }),
  metadata: metadata('deny'),
});
