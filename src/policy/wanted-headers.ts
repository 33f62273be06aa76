import { FIXED_HEADERS } from '../session/fixed-headers.ts';
import type { CredentialPlace, Source } from '../session/source.ts';
import { WantedHeaders } from '../session/wanted-headers.ts';
import type { PolicyFile } from './policy-file.ts';

/**
 * All request headers that anybody can read while this file is in force: those of the fixed rules, of the sources, of
 * matchers and passive rules, and the one that cuts streams, which must not come from the client.
 */
export function wantedHeaders(
  file: PolicyFile,
  sources: readonly Source[],
  streamCutHeader: string,
): WantedHeaders {
  const matchers = file.policies.flatMap(({ match = [], passive = [] }) => [...match, ...passive]);
  return new WantedHeaders([
    ...FIXED_HEADERS,
    streamCutHeader,
    ...sources.map(({ place }) => headerOf(place)),
    ...matchers.flatMap(({ header }) => (header === undefined ? [] : [header.name.toLowerCase()])),
  ]);
}

function headerOf(place: CredentialPlace): string {
  switch (place.kind) {
    case 'cookie':
      return 'cookie';
    case 'header':
      return place.name;
    case 'bearer':
      return 'authorization';
    case 'jwt':
      return headerOf(place.in);
    default:
      return place satisfies never;
  }
}
