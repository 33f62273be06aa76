type Schema = Readonly<Record<string, unknown>>;
type Rule = (wanted: never, value: unknown, schema: Schema) => boolean;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isMap,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
};

/** The keywords of JSON Schema 2020-12 that our schema uses. Each holds for values of other types. */
const RULES: Readonly<Record<string, Rule>> = {
  $schema: () => true,
  title: () => true,
  description: () => true,
  examples: () => true,
  type: (type: string, value) => TYPES[type]?.(value) ?? false,
  const: (wanted, value) => value === wanted,
  enum: (words: readonly unknown[], value) => words.includes(value),
  anyOf: (options: readonly Schema[], value) =>
    options.some((option) => fitsJsonSchema(option, value)),
  oneOf: (options: readonly Schema[], value) =>
    options.filter((option) => fitsJsonSchema(option, value)).length === 1,
  pattern: (pattern: string, value) =>
    typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  maxLength: (max: number, value) => typeof value !== 'string' || value.length <= max,
  minimum: (min: number, value) => typeof value !== 'number' || value >= min,
  maximum: (max: number, value) => typeof value !== 'number' || value <= max,
  items: (item: Schema, value) =>
    !Array.isArray(value) || value.every((each) => fitsJsonSchema(item, each)),
  minItems: (min: number, value) => !Array.isArray(value) || value.length >= min,
  maxItems: (max: number, value) => !Array.isArray(value) || value.length <= max,
  required: (keys: readonly string[], value) =>
    !isMap(value) || keys.every((key) => Object.hasOwn(value, key)),
  minProperties: (min: number, value) => !isMap(value) || Object.keys(value).length >= min,
  propertyNames: (names: Schema, value) =>
    !isMap(value) || Object.keys(value).every((key) => fitsJsonSchema(names, key)),
  properties: (properties: Readonly<Record<string, Schema>>, value) =>
    !isMap(value) ||
    Object.entries(properties).every(
      ([key, each]) => !Object.hasOwn(value, key) || fitsJsonSchema(each, value[key]),
    ),
  additionalProperties: (rest: Schema | false, value, { properties }) =>
    !isMap(value) ||
    Object.keys(value).every(
      (key) =>
        Object.hasOwn((properties as object | undefined) ?? {}, key) ||
        (rest !== false && fitsJsonSchema(rest, value[key])),
    ),
};

/**
 * Whether a value fits a JSON Schema.
 * @throws {Error} for a keyword that this evaluator does not know: it must not be ignored
 */
export function fitsJsonSchema(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, wanted]) => {
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`unknown keyword ${keyword}`);
    return rule(wanted as never, value, schema);
  });
}
