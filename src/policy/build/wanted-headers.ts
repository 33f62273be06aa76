import { headerNameOf } from '../../terms/credential-place.ts';
import { FIXED_HEADERS, REPEATED_HEADERS } from '../../terms/fixed-headers.ts';
import type { Source } from '../../terms/source.ts';
import { WantedHeaders } from '../../terms/wanted-headers.ts';
import type { PolicyFile } from '../file/policy-file.ts';
import type { Steps } from '../steps.ts';
import { eachInSteps } from '../steps.ts';
import { headersOf } from '../selection/fields/matcher-fields.ts';

/**
 * All request headers that a check under this file can read: those of the fixed rules, of the sources,
 * of matchers and passive rules, and the one that cuts streams, which must not come from the client.
 * Found in small steps.
 */
export function* wantedHeaders(
  file: PolicyFile,
  sources: readonly Source[],
  streamCutHeader: string,
): Steps<WantedHeaders> {
  const ofPolicies = yield* eachInSteps(file.policies, ({ match = [], passive = [] }) => [
    ...new Set([...match, ...passive].flatMap(headersOf)),
  ]);
  const ofSources = new Set(
    sources.flatMap(({ place, subjectHeader }) =>
      [headerNameOf(place), subjectHeader ?? []].flat(),
    ),
  );
  return new WantedHeaders(
    [...FIXED_HEADERS, streamCutHeader, ...ofSources, ...ofPolicies.flat()],
    new Set(REPEATED_HEADERS.filter((name) => !ofSources.has(name))),
  );
}
