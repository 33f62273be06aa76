import { policyFileJsonSchema } from '../policy/file/json-schema.ts';
import type { CommandIo } from './command-io.ts';

/**
 * `curfew schema`: the JSON Schema of the policy file, for editors.
 * @returns the exit code
 */
export function runSchema(io: CommandIo): number {
  io.out(`${JSON.stringify(policyFileJsonSchema(), undefined, 2)}\n`);
  return 0;
}
