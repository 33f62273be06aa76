/** Propagators by which a caller may tell of its trace. Baggage is not read: nobody would be handed it. */
const PROPAGATORS = ['tracecontext', 'b3', 'b3multi'] as const;
export type PropagatorName = (typeof PROPAGATORS)[number];

const ROOTS = ['always_on', 'always_off', 'traceidratio'] as const;
export interface SamplerSettings {
  /** Who decides about a trace that begins here; with `followsParent` false, about every one. */
  readonly root: (typeof ROOTS)[number];
  /** The caller's decision holds where it has made one. */
  readonly followsParent: boolean;
  /** The share of traces to keep, with `traceidratio`. */
  readonly ratio: number;
}

const DEFAULT_SAMPLER: SamplerSettings = { root: 'always_on', followsParent: true, ratio: 1 };
const PARENT_BASED = 'parentbased_';

/** Reads OTEL_TRACES_SAMPLER; by default Envoy decides, and what has no trace yet is kept. */
export function parseSampler(text: string | undefined, warnings: string[]): SamplerSettings {
  if (text === undefined) return DEFAULT_SAMPLER;
  const followsParent = text.startsWith(PARENT_BASED);
  const word = followsParent ? text.slice(PARENT_BASED.length) : text;
  const root = ROOTS.find((one) => one === word);
  if (root !== undefined) return { root, followsParent, ratio: 1 };
  warnings.push('OTEL_TRACES_SAMPLER is none that Curfew knows; parentbased_always_on holds');
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
  warnings.push('OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1; 1 holds');
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
      `OTEL_PROPAGATORS names some that Curfew has not: it reads ${PROPAGATORS.join(', ')}`,
    );
  }
  return known;
}
