import { nearestWord } from '../../terms/nearest-word.ts';

/**
 * What can be read of an entry, although its structure may be broken. So its other faults are found
 * at the same time.
 */
export interface ReadableEntry<Entry> {
  readonly entry: Entry;
  /** Keys that are not what they should be. They are missing, or have a stand-in. */
  readonly broken: ReadonlySet<string>;
}

/** A check of one entry, and the keys from which it concludes something. */
export interface EntryCheck<Entry, Rest extends readonly unknown[]> {
  readonly reads: readonly (keyof Entry & string)[];
  check(entry: Entry, ...rest: Rest): void;
}

/** What is used of a schema here. */
interface EntrySchema<Entry> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Entry }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
}

/** A fault of the value at a path. `keys` are those that a map may not have. */
interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[] | readonly unknown[];
}

/** How entries of one kind are read. */
export interface EntryReader<Entry> {
  readonly schema: EntrySchema<Entry>;
  readonly keys: readonly string[];
  /** Values for the keys that every entry must have. */
  readonly standIns: Partial<Entry>;
}

/** YAML 1.1 takes keys of another map from it. */
const MERGE_KEY = '<<';

/** Reads an entry without its broken keys. `undefined` if too little is known of it. */
export function readableEntry<Entry>(
  written: unknown,
  { schema, keys: known, standIns }: EntryReader<Entry>,
): ReadableEntry<Entry> | undefined {
  const broken = new Set<string>();
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  if (Object.hasOwn(written, MERGE_KEY)) return undefined;
  const rest: Record<string, unknown> = { ...written };
  for (;;) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { entry: parsed.data, broken };
    const keys = parsed.error.issues.flatMap(keysOf).filter((key) => !broken.has(key));
    if (keys.length === 0) return undefined;
    for (const key of keys) {
      broken.add(key);
      // A misspelled key is missing under its own name.
      const meant = known.includes(key) ? undefined : nearestWord(key, known);
      if (meant !== undefined) broken.add(meant);
      delete rest[key];
      if (Object.hasOwn(standIns, key)) rest[key] = standIns[key as keyof Entry];
    }
  }
}

/** Runs the checks that read no broken key: what they would conclude from one might be wrong. */
export function runChecks<Entry, Rest extends readonly unknown[]>(
  checks: readonly EntryCheck<Entry, Rest>[],
  { entry, broken }: ReadableEntry<Entry>,
  ...rest: Rest
): void {
  for (const { reads, check } of checks) {
    if (!reads.some((key) => broken.has(key))) check(entry, ...rest);
  }
}

function keysOf({ path: [key], keys = [] }: SchemaIssue): readonly string[] {
  return key === undefined ? keys.map(String) : [String(key)];
}
