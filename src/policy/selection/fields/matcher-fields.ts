import type { PassiveEntry } from '../../file/policy-file.ts';
import { automaticField } from './automatic.ts';
import { contextField } from './context.ts';
import { headerField } from './header.ts';
import { hostField } from './host.ts';
import type { FieldRule, FieldTest, MatcherField, PathComparison } from './matcher-field.ts';
import { methodsField } from './methods.ts';
import { pathField } from './path.ts';
import { principalField } from './principal.ts';
import { queryField } from './query.ts';

/** What the file writes for each field. */
type Wanted = { readonly [Field in MatcherField]: NonNullable<PassiveEntry[Field]> };
type FieldRules = { readonly [Field in MatcherField]: FieldRule<Wanted[Field]> };
type WantedFields = { readonly [Field in MatcherField]?: Wanted[Field] | undefined };

/** Every field of a matcher, in the order in which they are tested and explained. */
export const MATCHER_FIELDS: FieldRules = {
  // First, because it rejects most requests.
  path: pathField,
  host: hostField,
  methods: methodsField,
  principal: principalField,
  context: contextField,
  header: headerField,
  query: queryField,
  automatic: automaticField,
};

const FIELDS = Object.keys(MATCHER_FIELDS) as readonly MatcherField[];

/** All conditions of one matcher. */
export function testsOf(entry: PassiveEntry, paths: PathComparison): readonly FieldTest[] {
  return FIELDS.flatMap((field) => testsOfField(field, entry[field], paths));
}

/** Names, in lower case, of the request headers that one matcher reads. */
export function headersOf(entry: PassiveEntry): readonly string[] {
  return FIELDS.flatMap((field) => headersOfField(field, entry[field]));
}

/** True when, field by field, every request that `narrow` matches is matched by `wide`, too. */
export function matcherCovers(
  wide: PassiveEntry,
  narrow: PassiveEntry,
  paths: PathComparison,
): boolean {
  return FIELDS.every((field) => fieldCovers(field, wide[field], narrow[field], paths));
}

function testsOfField<Field extends MatcherField>(
  field: Field,
  wanted: WantedFields[Field],
  paths: PathComparison,
): readonly FieldTest[] {
  return wanted === undefined ? [] : MATCHER_FIELDS[field].testsOf(wanted, paths);
}

function headersOfField<Field extends MatcherField>(
  field: Field,
  wanted: WantedFields[Field],
): readonly string[] {
  return wanted === undefined ? [] : MATCHER_FIELDS[field].headersOf(wanted);
}

function fieldCovers<Field extends MatcherField>(
  field: Field,
  wide: WantedFields[Field],
  narrow: WantedFields[Field],
  paths: PathComparison,
): boolean {
  return wide === undefined || MATCHER_FIELDS[field].covers(wide, narrow, paths);
}
