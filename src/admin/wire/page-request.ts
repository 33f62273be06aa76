import { AdminProblem } from './problem.ts';
import { seal, unseal } from './sealed-text.ts';
import type { Seals } from './sealed-text.ts';

/** Which page of a list is asked for. */
export interface PageRequest {
  /** As the page before returned it; `undefined`: the first page. */
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** What a cursor contains: the position, and when it was made. */
interface CursorContent {
  readonly position: unknown;
  readonly madeAtMs: number;
}

const CURSOR_MAX_MS = 3_600_000;

/**
 * The position in a cursor of the list that belongs to this place.
 * @throws {AdminProblem} for anything but a cursor of this list that was made within the hour
 */
export function positionIn(
  seals: Seals,
  cursor: string,
  place: readonly unknown[],
  nowMs: number,
): unknown {
  const content = unseal(seals, cursor, place) as CursorContent | undefined;
  if (content !== undefined && Math.abs(nowMs - content.madeAtMs) <= CURSOR_MAX_MS) {
    return content.position;
  }
  const detail = 'use a cursor of the same list, within an hour; or begin again without one';
  throw new AdminProblem('invalid_cursor', detail);
}

export function cursorOf(
  seals: Seals,
  position: unknown,
  place: readonly unknown[],
  nowMs: number,
): string {
  const content: CursorContent = { position, madeAtMs: nowMs };
  return seal(seals, content, place);
}
