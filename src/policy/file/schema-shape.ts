import type * as z from 'zod';

/**
 * The schemas of all keys of an entry. A key that only the type or only the schema has, or that has
 * different types in the two, is a compile error.
 */
export type ShapeOf<Entry> = { readonly [Key in keyof Entry]-?: z.ZodType<Entry[Key]> };
