/** How a caller may send its trace. Baggage is not read, because Curfew passes nothing on. */
const PROPAGATORS = ['tracecontext', 'b3', 'b3multi'] as const;
export type PropagatorName = (typeof PROPAGATORS)[number];

const ROOTS = ['always_on', 'always_off', 'traceidratio'] as const;
export interface SamplerSettings {
  /** Decides about traces that begin here or, without `followsParent`, about all. */
  readonly root: (typeof ROOTS)[number];
  /** Whether the caller's decision is used if there is one. */
  readonly followsParent: boolean;
  /** The share of traces to keep, with `traceidratio`. */
  readonly ratio: number;
}

const DEFAULT_SAMPLER: SamplerSettings = { root: 'always_on', followsParent: true, ratio: 1 };
const PARENT_BASED = 'parentbased_';

/** Reads OTEL_TRACES_SAMPLER. By default Envoy decides, and checks without a trace are sampled. */
export function parseSampler(text: string | undefined, warnings: string[]): SamplerSettings {
  if (text === undefined) return DEFAULT_SAMPLER;
  const followsParent = text.startsWith(PARENT_BASED);
  const word = followsParent ? text.slice(PARENT_BASED.length) : text;
  const root = ROOTS.find((one) => one === word);
  if (root !== undefined) return { root, followsParent, ratio: 1 };
  warnings.push('OTEL_TRACES_SAMPLER is not supported; using parentbased_always_on');
  return DEFAULT_SAMPLER;
}

/** Reads OTEL_TRACES_SAMPLER_ARG. */
export function parseRatio(
  text: string | undefined,
  sampler: SamplerSettings,
  warnings: string[],
): number {
  if (text === undefined || sampler.root !== 'traceidratio') return 1;
  const ratio = /^\d*\.?\d+$/.test(text) ? Number(text) : Infinity;
  if (ratio <= 1) return ratio;
  warnings.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1; using 1');
  return 1;
}

/** Reads OTEL_PROPAGATORS. */
export function parsePropagators(
  text: string | undefined,
  warnings: string[],
): readonly PropagatorName[] {
  if (text === undefined) return ['tracecontext'];
  const words = text.split(',').map((word) => word.trim());
  const known = PROPAGATORS.filter((name) => words.includes(name));
  const isUnknown = (word: string) => !['none', 'baggage', ...known].includes(word);
  if (words.some(isUnknown)) {
    warnings.push(
      `OTEL_PROPAGATORS names a propagator that Curfew does not have; it has ${PROPAGATORS.join(', ')}`,
    );
  }
  return known;
}
