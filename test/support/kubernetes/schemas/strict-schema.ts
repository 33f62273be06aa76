/** The parts of an OpenAPI schema that are used here. The rest is passed on unchanged. */
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

/** The fields of `metadata` that users write. A definition says only that it is an object. */
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
 * The JSON schema of a custom resource that rejects every field that its definition does not name. A cluster would drop
 * an unknown field silently, or with a warning that is easily missed.
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

/** Only along the structure: schemas below `anyOf` and similar name single fields of an object and must not close it. */
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
