/** What a caller of `subject-caller.ts` is to do. */
export interface CallerPlan {
  /** Of the Redis. */
  readonly port: number;
  /** How many times it does all of it, each time with other subjects. */
  readonly rounds: number;
  /** The step before which it kills itself, from 0; `undefined`: none. */
  readonly killBefore?: number | undefined;
}

/** Sessions of each subject. */
export const SESSIONS_EACH = 3;

/** The plan that an argument spells. */
export function callerPlanOf(argument: string): CallerPlan {
  return JSON.parse(argument) as CallerPlan;
}
