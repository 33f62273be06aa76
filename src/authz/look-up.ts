import type { SessionKey } from '../session/session-key.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { findUnderOlderKeys, touchOnce } from './ask-store.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import type { NamedCheck } from './named-check.ts';

/** What the store knows of one credential. It ends nothing, opens nothing, and is not activity. */
export async function lookUp(
  { store }: Pick<CheckDependencies, 'store'>,
  check: NamedCheck,
): Promise<TouchOutcome> {
  const { run, names } = check;
  const look = (key: SessionKey): Promise<TouchOutcome> =>
    touchOnce(store, check.lookOf(key), run.deadlineAtMs);
  run.assertAwaited();
  const outcome = await look(names.key);
  if (outcome.kind !== 'unknown') return outcome;
  return (await findUnderOlderKeys(check, look)) ?? outcome;
}
