import type { EffectivePolicy, SessionEnding } from '../../terms/effective-policy.ts';

const NONE: readonly SessionEnding[] = [];

/**
 * The ends that these policies ask for. A policy that observes asks for none.
 * @param policies those that some reading of the request selects, in file order
 */
export function endingsOf(policies: readonly EffectivePolicy[]): readonly SessionEnding[] {
  const ending = policies.filter(({ session, mode }) => session === 'ends' && mode === 'enforce');
  if (ending.length === 0) return NONE;
  return ending.map(({ name, sources, corsOrigins }) => ({ policy: name, sources, corsOrigins }));
}
