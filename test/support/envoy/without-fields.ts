type Fields = Readonly<Record<string, unknown>>;

/** A copy without the fields of these names. */
export function withoutFields(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
