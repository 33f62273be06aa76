import { CONDITIONS } from '../../process/readiness.ts';
import type { ReadinessReport } from '../../process/readiness.ts';
import type { Log } from './log.ts';

/** Logs that this replica has become ready, or why it no longer is. */
export function logReadiness(log: Log, { ready, conditions }: ReadinessReport): void {
  if (ready) {
    log.info({ event: 'ready' }, 'ready to answer checks');
    return;
  }
  const unmet = CONDITIONS.flatMap((name) => {
    const state = conditions[name];
    return state.isMet ? [] : [[name, state.why]];
  });
  log.warn({ event: 'not_ready', why: Object.fromEntries(unmet) }, 'no longer ready');
}
