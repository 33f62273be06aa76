import type { SessionKey } from '../../session/session-key.ts';
import { AdminProblem } from '../wire/problem.ts';
import { seal, unseal } from '../wire/sealed-text.ts';
import type { Seals } from '../wire/sealed-text.ts';

/** How long a preview may be confirmed, by the store's clock. */
export const PREVIEW_MAX_MS = 600_000;

/** What an end of several sessions selects. */
export interface PreviewedSelection {
  readonly subject: string;
  readonly except: SessionKey | undefined;
}

/** Names what was selected and when, for the call that confirms it. */
export function previewOf(seals: Seals, selection: PreviewedSelection, nowMs: number): string {
  return seal(seals, nowMs, placeOf(selection));
}

/**
 * When the preview was made, by the store's clock: only sessions of that time end.
 * @throws {AdminProblem} if it is of another selection, too old, or not a preview
 */
export function previewedAtMs(
  seals: Seals,
  preview: string,
  selection: PreviewedSelection,
  nowMs: number,
): number {
  const atMs = unseal(seals, preview, placeOf(selection));
  if (typeof atMs === 'number' && nowMs - atMs < PREVIEW_MAX_MS) return atMs;
  const detail = 'make a dry run with the same selection, and confirm it within ten minutes';
  throw new AdminProblem('invalid_preview', detail);
}

function placeOf({ subject, except }: PreviewedSelection): readonly unknown[] {
  return ['subject', subject, except ?? null];
}
