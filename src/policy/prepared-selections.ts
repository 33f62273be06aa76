import type { EffectivePolicy, Selection } from '../session/effective-policy.ts';
import type { Source } from '../session/source.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { PreparedSelection } from './prepared-selection.ts';
import { prepareSelection } from './prepared-selection.ts';

/** Combinations kept: which policies an ambiguous request might mean depends on more than the file. */
const COMBINATIONS_MAX = 256;

/** All selections of one version of the file, prepared. */
export class PreparedSelections {
  readonly #sources: readonly Source[];
  readonly #alone: ReadonlyMap<
    EffectivePolicy,
    Readonly<Record<'active' | 'passive', PreparedSelection>>
  >;
  readonly #combined = new Map<string, PreparedSelection>();

  constructor(policies: readonly EffectivePolicy[], sources: readonly Source[]) {
    this.#sources = sources;
    const alone = (policy: EffectivePolicy, passive: boolean): PreparedSelection =>
      prepareSelection({ policy, ambiguousPath: false, passive }, sources);
    this.#alone = new Map(
      policies.map((policy) => [
        policy,
        { active: alone(policy, false), passive: alone(policy, true) },
      ]),
    );
  }

  /** The selection of one policy for a request of which nobody can doubt that it belongs there. */
  alone(policy: EffectivePolicy, passive: boolean): PreparedSelection {
    const prepared = this.#alone.get(policy);
    if (prepared === undefined) throw new Error(`policy ${policy.name} is of another file`);
    return passive ? prepared.passive : prepared.active;
  }

  /** @param judging the policies that the selection is combined from */
  of(selection: Selection, judging: readonly CompiledPolicy[]): PreparedSelection {
    const { policy, ambiguousPath, passive } = selection;
    if (!ambiguousPath) return this.alone(policy, passive);
    const key = `${passive ? 'passive' : 'active'} ${judging.map((member) => member.policy.name).join(' ')}`;
    const known = this.#combined.get(key);
    if (known !== undefined) return known;
    const prepared = prepareSelection(selection, this.#sources);
    if (this.#combined.size < COMBINATIONS_MAX) this.#combined.set(key, prepared);
    return prepared;
  }
}
