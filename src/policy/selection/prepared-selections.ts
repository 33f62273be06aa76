import type { EffectivePolicy, Selection } from '../../terms/effective-policy.ts';
import type { Source } from '../../terms/source.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { PreparedSelection } from './prepared-selection.ts';
import { prepareSelection } from './prepared-selection.ts';
import { endingsOf } from './session-endings.ts';

/** How many combinations are kept. Clients influence which ones occur, so there must be a limit. */
const COMBINATIONS_MAX = 256;

/** How a request counts. A prefetch is passive, too. */
export type RequestActivity = 'active' | 'passive' | 'prefetch';

/** The prepared selections of one version of the file. */
export class PreparedSelections {
  readonly #sources: readonly Source[];
  readonly #alone = new Map<
    EffectivePolicy,
    Readonly<Record<RequestActivity, PreparedSelection>>
  >();
  readonly #combined = new Map<string, PreparedSelection>();

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** Prepares the selections of one policy. Needed before they are asked for. */
  prepare(policy: EffectivePolicy): void {
    const endings = endingsOf([policy]);
    const alone = (activity: RequestActivity): PreparedSelection => {
      const passive = activity !== 'active';
      const isPrefetch = activity === 'prefetch';
      const selection = { policy, isDoubtful: false, passive, isPrefetch, endings };
      return prepareSelection(selection, this.#sources);
    };
    this.#alone.set(policy, {
      active: alone('active'),
      passive: alone('passive'),
      prefetch: alone('prefetch'),
    });
  }

  /** The selection of one policy, for an unambiguous request. */
  alone(policy: EffectivePolicy, activity: RequestActivity): PreparedSelection {
    const prepared = this.#alone.get(policy);
    if (prepared === undefined) throw new Error(`policy ${policy.name} is not one of this file`);
    return prepared[activity];
  }

  /** @param applied the policies that the selection is combined from */
  of(selection: Selection, applied: readonly CompiledPolicy[]): PreparedSelection {
    const { policy, isDoubtful, endings } = selection;
    const activity = activityOf(selection);
    const endsMore = endings.length > 0 && policy.session !== 'ends';
    if (!isDoubtful && !endsMore) return this.alone(policy, activity);
    const members = applied.map((member) => member.policy.name).join(' ');
    const key = `${isDoubtful} ${activity} ${members}, ${endings.map(({ policy: name }) => name).join(' ')}`;
    const known = this.#combined.get(key);
    if (known !== undefined) return known;
    const prepared = prepareSelection(selection, this.#sources);
    if (this.#combined.size < COMBINATIONS_MAX) this.#combined.set(key, prepared);
    return prepared;
  }
}

function activityOf({ passive, isPrefetch }: Selection): RequestActivity {
  if (isPrefetch) return 'prefetch';
  return passive ? 'passive' : 'active';
}
