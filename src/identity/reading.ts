/** What one place of a request holds, before `take` and `format` are applied. */
export type Reading =
  | typeof ABSENT
  | typeof MALFORMED
  | typeof AMBIGUOUS
  /** Non-empty, percent-decoded, only characters that a credential may have. */
  | { readonly kind: 'value'; readonly value: string };

export const ABSENT: { readonly kind: 'absent' } = { kind: 'absent' };
export const MALFORMED: { readonly kind: 'malformed' } = { kind: 'malformed' };
export const AMBIGUOUS: { readonly kind: 'ambiguous' } = { kind: 'ambiguous' };
