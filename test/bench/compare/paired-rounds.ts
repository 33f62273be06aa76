/** The two that are compared: the tree that this benchmark lies in, and a commit. */
export type Version = 'new' | 'old';

/** What one turn of one version came to. */
export interface Turn {
  readonly checks: number;
  /** CPU time of Curfew, user and system, in the time in which the checks were counted. */
  readonly curfewMs: number;
  /** The same of its Redis. */
  readonly redisMs: number;
}

/** CPU time of a check in microseconds. */
export interface CheckCost {
  readonly sumUs: number;
  readonly curfewUs: number;
  readonly redisUs: number;
}

export type PairedRound = Readonly<Record<Version, CheckCost>>;

const OLD_FIRST: readonly Version[] = ['old', 'new', 'new', 'old'];
const NEW_FIRST: readonly Version[] = ['new', 'old', 'old', 'new'];

/**
 * Whose turn it is in the round of this number, from 1: A B B A, then B A A B. Within a round both
 * versions have the same mean place in time, and the same mean square of it, so a machine that gets
 * slower or faster, steadily or more and more, favours neither. The first turn changes hands from
 * round to round.
 */
export function turnsOf(round: number): readonly Version[] {
  return round % 2 === 1 ? [...OLD_FIRST, ...NEW_FIRST] : [...NEW_FIRST, ...OLD_FIRST];
}

/** Takes the turns of a round, one after the other, and sums them up for each version. */
export async function pairedRound(
  round: number,
  take: (version: Version) => Promise<Turn>,
): Promise<PairedRound> {
  const turns: Record<Version, Turn[]> = { new: [], old: [] };
  for (const version of turnsOf(round)) {
    // oxlint-disable-next-line no-await-in-loop -- two loads at once would measure each other
    turns[version].push(await take(version));
  }
  return { new: costOf(turns.new), old: costOf(turns.old) };
}

function costOf(turns: readonly Turn[]): CheckCost {
  const sum = (of: (turn: Turn) => number): number =>
    turns.reduce((total, turn) => total + of(turn), 0);
  const checks = sum((turn) => turn.checks);
  const curfewUs = (sum(({ curfewMs }) => curfewMs) * 1_000) / checks;
  const redisUs = (sum(({ redisMs }) => redisMs) * 1_000) / checks;
  return { sumUs: curfewUs + redisUs, curfewUs, redisUs };
}
