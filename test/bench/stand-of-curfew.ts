import type { Served } from './serve-curfew.ts';

// Other scripts that Curfew runs now and then. Its own metrics count them, so that the checks can be separated.
const OTHER_SCRIPTS = ['sweep', 'limits', 'announce', 'end'] as const;

/** What a Curfew has counted since its start: checks, and scripts that no check asked for. */
export async function standOf({
  metric,
}: Pick<Served, 'metric'>): Promise<{ readonly checks: number; readonly others: number }> {
  const others = await Promise.all(
    OTHER_SCRIPTS.map((script) => metric('curfew_store_call_duration_seconds_count', { script })),
  );
  return {
    checks: await metric('curfew_checks_total'),
    others: others.reduce((sum, calls) => sum + calls, 0),
  };
}
