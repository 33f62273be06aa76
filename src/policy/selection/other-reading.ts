import type { Judgement } from './judgement.ts';
import type { RequestReading } from './request-readings.ts';

/** A reading of a request by which another policy judges, or which is passive when others are not. */
export interface OtherReading {
  readonly path: string;
  readonly host: string;
  readonly method: string;
  /** What was done to the request as it was sent. */
  readonly how: readonly string[];
  readonly policies: readonly string[];
  readonly passive: string | undefined;
}

/** Whether two judgements are by the same policy, and count the request alike. */
export function isAlike(one: Judgement, other: Judgement): boolean {
  return (
    one.policy === other.policy && (one.passive === undefined) === (other.passive === undefined)
  );
}

export function otherReading(
  { input: { path, host, method }, how }: RequestReading,
  found: readonly Judgement[],
): OtherReading {
  const policies = found.map(({ policy }) => policy.policy.name);
  const isPassive = found.every(({ passive }) => passive !== undefined);
  return { path, host, method, how, policies, passive: isPassive ? found[0]?.passive : undefined };
}
