import { expect } from 'chai';
import type { PolicyFile } from '../../../../src/policy/file/policy-file.ts';

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
/** `true` for types that do not even differ in a `readonly`; the compiler compares them. */
type Same<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- compared, never called
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

describe('the type of a policy file', () => {
  it('is readonly at every depth', () => {
    const isReadonly: Same<PolicyFile, DeepReadonly<PolicyFile>> = true;
    expect(isReadonly).to.equal(true);
  });
});
