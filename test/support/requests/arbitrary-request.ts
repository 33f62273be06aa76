// Random requests, with the facts that must be read from them.

import * as fc from 'fast-check';
import type { CheckRequestParts } from './check-request.ts';

const token = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
/** Names that confuse programs which keep maps in objects. */
const awkwardName = fc.constantFrom('__proto__', 'constructor', 'tostring', 'hasownproperty', '0');
const headerName = fc.oneof({ weight: 5, arbitrary: token }, { weight: 1, arbitrary: awkwardName });
const text = fc.string({ unit: 'binary', maxLength: 40 });

const headers = fc
  .array(fc.tuple(headerName, text), { maxLength: 12 })
  .map((pairs) => Object.fromEntries(pairs));
const rawHeaders = fc.array(fc.tuple(headerName, fc.uint8Array({ maxLength: 40 })), {
  maxLength: 12,
});
const jsonObject = fc.dictionary(
  fc.oneof(token, awkwardName),
  // Envoy has no integers and no -0 in a Struct that came from JSON.
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  { maxKeys: 6 },
);

/** `headers` or `rawHeaders`, never both. */
export const arbitraryRequest: fc.Arbitrary<CheckRequestParts> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'get', ''),
    scheme: fc.constantFrom('https', 'http', ''),
    host: text,
    path: text.map((tail) => `/${tail}`),
    context: fc.dictionary(fc.oneof(token, awkwardName), text, { maxKeys: 4 }),
    principal: text,
    form: fc.oneof(
      headers.map((map) => ({ headers: map })),
      rawHeaders.map((lines) => ({ rawHeaders: lines })),
    ),
    jwt: fc.option(
      jsonObject.map((jwtMetadata) => ({ jwtMetadata })),
      { nil: {} },
    ),
  })
  .map(({ form, jwt, ...parts }) => ({ ...parts, ...form, ...jwt }));
