import type { Identification } from '../identity/identification.ts';
import type { PreparedSelection } from '../policy/selection/prepared-selection.ts';
import { tagOf } from '../session/session-key.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { touchOnce } from './ask-store.ts';
import type { CheckRun } from './check-run.ts';
import type { FindDependencies } from './find-unknown.ts';
import { lookUp } from './look-up.ts';
import { NamedCheck } from './named-check.ts';
import { latestOf, outcomeTogether } from './outcome-together.ts';
import { presented } from './prove-credential.ts';
import { settleTouch } from './settle-touch.ts';

export type SeveralValues = Extract<Identification, { kind: 'several' }>;

/** What several values of one cookie come to together. */
export interface SeveralOutcome {
  readonly outcome: TouchOutcome;
  /** The credentials that the application must not see. */
  readonly removed: ReadonlySet<string>;
}

/** One value, and what the store said of it last. */
interface JudgedValue {
  readonly check: NamedCheck;
  readonly credential: string;
  readonly outcome: TouchOutcome;
}

/**
 * Judges a request with several different values of one cookie: a stale one of a parent domain
 * beside a fresh one, for example. The application chooses one of them, and frameworks differ in
 * which.
 *
 * First each value is only looked up, which changes nothing. A value whose session has ended, or is
 * at a limit of this policy, is removed. Each of the others would be allowed if it came alone, so
 * each is touched or opened as if it had. If none is left, the value that was active last is judged
 * as if it had come alone, and none reaches the application.
 */
export async function judgeSeveral(
  deps: FindDependencies,
  run: CheckRun,
  selection: PreparedSelection,
  several: SeveralValues,
): Promise<SeveralOutcome> {
  const looked = await lookUpAll(deps, run, selection, several);
  const alone = (value: JudgedValue): Promise<JudgedValue> => judgeAlone(deps, value);
  // Observing removes nothing, and a prefetch changes nothing.
  if (selection.policy.mode === 'observe') {
    return conclude(run, looked, await Promise.all(looked.map(alone)), looked);
  }
  const kept = looked.filter(mayBeAllowed);
  if (selection.isPrefetch) return conclude(run, looked, kept.length > 0 ? kept : looked, kept);
  if (kept.length === 0) {
    return conclude(run, looked, [await alone(latestOf(looked))], kept);
  }
  const judged = await Promise.all(kept.map(alone));
  // A session may have ended since it was looked up.
  const live = judged.filter(({ outcome }) => outcome.kind === 'live');
  return conclude(run, looked, live.length > 0 ? live : judged, live);
}

function lookUpAll(
  deps: FindDependencies,
  run: CheckRun,
  selection: PreparedSelection,
  { source, values }: SeveralValues,
): Promise<JudgedValue[]> {
  return Promise.all(
    values.map(async ({ credential }) => {
      const check = new NamedCheck(run, selection, presented({ source, credential }));
      return { check, credential, outcome: await lookUp(deps, check) };
    }),
  );
}

/** Judges one value as if it had come alone. */
async function judgeAlone(
  deps: FindDependencies,
  { check, credential }: JudgedValue,
): Promise<JudgedValue> {
  const { run, names } = check;
  run.assertAwaited();
  const first = await touchOnce(deps.store, check.freshTouchOf(names.key), run.deadlineAtMs);
  return { check, credential, outcome: await settleTouch(deps, check, first) };
}

/** Alone, this value would be allowed, or would open a session. */
function mayBeAllowed({ check, outcome }: JudgedValue): boolean {
  if (outcome.kind === 'unknown') return check.source.opening === 'first-use';
  return outcome.kind === 'live';
}

/**
 * @param all as they were looked up
 * @param judged those that decide, at least one
 * @param kept those that the application gets
 */
function conclude(
  run: CheckRun,
  all: readonly JudgedValue[],
  judged: readonly JudgedValue[],
  kept: readonly JudgedValue[],
): SeveralOutcome {
  // As they were before this request, which counts for each of them.
  const deciding = new Set(judged.map(({ check }) => check));
  const { check: latest } = latestOf(all.filter(({ check }) => deciding.has(check)));
  run.tag = tagOf(latest.storedKey);
  const staying = new Set(kept.map(({ credential }) => credential));
  return {
    outcome: outcomeTogether(judged.map(({ outcome }) => outcome)),
    removed: new Set(
      all.map(({ credential }) => credential).filter((credential) => !staying.has(credential)),
    ),
  };
}
