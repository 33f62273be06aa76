import type { CredentialPlace } from './credential-place.ts';
import type { HeaderLine } from './request-facts.ts';

/** The kinds of sources, named like their keys in the policy file. */
export type SourceKind = CredentialPlace['kind'];

/** The place of a source of one kind. */
export type PlaceOfKind<Kind extends SourceKind> = Extract<CredentialPlace, { kind: Kind }>;

/** What distinguishes one kind of source from the others. */
interface SourceKindRow<Place extends CredentialPlace> {
  /**
   * The scheme of its challenges in `www-authenticate`. `Session` is our own name for cookies and
   * header values, for which no scheme is registered.
   */
  readonly scheme: 'Session' | 'Bearer';
  /** The place in words, for messages and explanations. */
  where(place: Place): string;
  /** A header line that carries `value` as the credential. */
  sample(place: Place, value: string): HeaderLine;
}

const ROWS: { readonly [Kind in SourceKind]: SourceKindRow<PlaceOfKind<Kind>> } = {
  cookie: {
    scheme: 'Session',
    where: ({ name }) => `cookie "${name}"`,
    sample: ({ name }, value) => ({ name: 'cookie', value: `${name}=${value}` }),
  },
  header: {
    scheme: 'Session',
    where: ({ name }) => `header "${name}"`,
    sample: ({ name }, value) => ({ name, value }),
  },
  bearer: {
    scheme: 'Bearer',
    where: () => 'bearer token',
    sample: (_, value) => ({ name: 'authorization', value: `Bearer ${value}` }),
  },
  jwt: {
    scheme: 'Bearer',
    where: ({ in: place, verifiedBy }) =>
      `JWT in ${whereOf(place)}, verified by ${verifiedBy.kind}`,
    sample: ({ in: place }, value) => sampleLine(place, value),
  },
};

/** Every kind of source, in the order in which pages and messages list them. */
export const SOURCE_KINDS: readonly SourceKind[] = Object.keys(ROWS) as SourceKind[];

/** The scheme of the challenge for a credential at this place. */
export function schemeOf(place: CredentialPlace): 'Session' | 'Bearer' {
  return ROWS[place.kind].scheme;
}

/** A place in words, for messages and explanations. */
export function whereOf(place: CredentialPlace): string {
  return rowOf(place).where(place);
}

/** A header line that carries `value` as the credential of this place. */
export function sampleLine(place: CredentialPlace, value: string): HeaderLine {
  return rowOf(place).sample(place, value);
}

/** The row of the place's own kind, so it takes the place. */
function rowOf(place: CredentialPlace): SourceKindRow<CredentialPlace> {
  return ROWS[place.kind];
}
