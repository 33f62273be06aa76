/** What of an OpenAPI schema is of interest here; the rest is handed on as it is. */
export interface OpenApiSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly items?: OpenApiSchema;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

type JsonSchema = Readonly<Record<string, unknown>>;

const TEXTS = { type: 'object', additionalProperties: { type: 'string' } };

/** What people write into `metadata`; a definition says no more of it than that it is an object. */
const METADATA: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    generateName: { type: 'string' },
    namespace: { type: 'string' },
    labels: TEXTS,
    annotations: TEXTS,
    finalizers: { type: 'array', items: { type: 'string' } },
  },
  required: ['name'],
  additionalProperties: false,
};

/**
 * The JSON schema of a custom resource that refuses what its definition does not name. A cluster would drop an unknown
 * field without a word, or with a warning that nobody reads.
 *
 * @param names what `apiVersion` and `kind` must be
 */
export function strictSchema(
  definition: OpenApiSchema,
  names: { readonly apiVersion: string; readonly kind: string },
): JsonSchema {
  const closed = closedSchema(definition);
  return {
    ...closed,
    properties: {
      ...(closed['properties'] as JsonSchema | undefined),
      apiVersion: { const: names.apiVersion, enum: [names.apiVersion] },
      kind: { const: names.kind, enum: [names.kind] },
      metadata: METADATA,
    },
    required: [...new Set([...(definition.required ?? []), 'apiVersion', 'kind', 'metadata'])],
    additionalProperties: false,
  };
}

/** Only along the structure: what stands below `anyOf` and its like names single fields of an object and must not close it. */
function closedSchema(schema: OpenApiSchema): JsonSchema {
  const { properties, additionalProperties, items, nullable, type, ...rest } = schema;
  const closed: Record<string, unknown> = { ...rest };
  if (type !== undefined) closed['type'] = nullable === true ? [type, 'null'] : type;
  if (items !== undefined) closed['items'] = closedSchema(items);
  if (properties !== undefined) {
    closed['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, closedSchema(field)]),
    );
  }
  if (typeof additionalProperties === 'object') {
    closed['additionalProperties'] = closedSchema(additionalProperties);
  } else if (additionalProperties !== undefined) {
    closed['additionalProperties'] = additionalProperties;
  } else if (properties !== undefined && !isOpen(schema)) {
    closed['additionalProperties'] = false;
  }
  return closed;
}

function isOpen(schema: OpenApiSchema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-embedded-resource'] === true
  );
}
