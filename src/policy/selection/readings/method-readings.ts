import { codeAt } from '../../../terms/code-at.ts';
import { twinSpelling } from '../../../terms/header-twin.ts';
import type { RequestFacts } from '../../../terms/request-facts.ts';

const X = 0x78;

/** The methods that a server may see, the one that was sent first. */
export function methodReadings({ method, headers }: RequestFacts): readonly string[] {
  const overrides = headers
    .filter(({ name }) => isOverride(name))
    .flatMap(({ value }) => value.split(','))
    .map((value) => value.trim().toUpperCase());
  return [...new Set([method, method.toUpperCase(), ...overrides])];
}

/** Whether every server sees the method that was sent. */
export function hasOneMethod({ method, headers }: RequestFacts): boolean {
  for (const { name } of headers) if (isOverride(name)) return false;
  return method === 'GET' || method === 'POST' || !/[^A-Z]/.test(method);
}

/** Whether many frameworks take the method from this header. */
function isOverride(sent: string): boolean {
  // Nearly no other name has the first letter and one of these lengths.
  if (codeAt(sent, 0) !== X) return false;
  const { length } = sent;
  if (length !== 22 && length !== 13 && length !== 17) return false;
  const name = twinSpelling(sent);
  return (
    name === 'x-http-method-override' || name === 'x-http-method' || name === 'x-method-override'
  );
}
