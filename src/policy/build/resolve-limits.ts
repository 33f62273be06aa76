import { parseDuration } from '../../terms/duration.ts';
import type { DurationOrOff, PolicyEntry } from '../file/policy-file.ts';
import type { Preset } from '../file/presets.ts';
import { PRESETS } from '../file/presets.ts';

/** One limit of one policy, and where it comes from. */
export interface ResolvedLimit {
  /** `undefined`: no such timeout. */
  readonly timeoutMs: number | undefined;
  /** `own`: the policy sets it; `preset`: its preset does; `none`: neither does, so there is no limit. */
  readonly from: 'own' | 'preset' | 'none';
  readonly preset: Preset | undefined;
  /** The policy's own value is looser than that of its preset. */
  readonly looserThanPreset: boolean;
  /** Why the policy's own value may be looser. */
  readonly justification: string | undefined;
}

export interface ResolvedLimits {
  readonly idle: ResolvedLimit;
  readonly absolute: ResolvedLimit;
}

/** The limits of a policy: its own values, else those of its preset. */
export function resolveLimits(entry: PolicyEntry): ResolvedLimits {
  const preset = entry.preset === undefined ? undefined : PRESETS.get(entry.preset);
  const { justification } = entry;
  return {
    idle: resolve(entry.idle, preset, preset?.idleTimeoutMs, justification),
    absolute: resolve(entry.absolute, preset, preset?.absoluteTimeoutMs, justification),
  };
}

function resolve(
  own: DurationOrOff | undefined,
  preset: Preset | undefined,
  presetMs: number | undefined,
  justification: string | undefined,
): ResolvedLimit {
  if (own === undefined) {
    const from = preset === undefined ? 'none' : 'preset';
    return { timeoutMs: presetMs, from, preset, looserThanPreset: false, justification };
  }
  const timeoutMs = own === false || own === 'off' ? undefined : parseDuration(own);
  const looserThanPreset = preset !== undefined && (timeoutMs ?? Infinity) > (presetMs ?? Infinity);
  return { timeoutMs, from: 'own', preset, looserThanPreset, justification };
}
