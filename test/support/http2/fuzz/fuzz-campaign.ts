import { Dice } from './dice.ts';
import { tryInput, type Trial } from './fuzz-trial.ts';

export interface Campaign {
  readonly seed: number;
  readonly seconds: number;
  /** Makes an input that depends on the dice alone. */
  readonly inputOf: (dice: Dice) => readonly Buffer[];
}

/** The results of a campaign, which show whether the inputs reached the handlers. */
export interface CampaignTally {
  readonly inputs: number;
  /** Calls that reached a handler. */
  readonly calls: number;
  /** How often each outcome was seen. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The servers' ends of the connections. Nothing should refer to them any more. */
  readonly wires: readonly Trial['wire'][];
}

const WIRES_MAX = 2_000;

/**
 * Tries inputs until the time is over.
 * @throws {Error} for the first fault, with the smallest input that still shows it
 */
export async function fuzz({ seed, seconds, inputOf }: Campaign): Promise<CampaignTally> {
  const outcomes = new Map<string, number>();
  const wires: Trial['wire'][] = [];
  const endAtMs = performance.now() + seconds * 1000;
  let inputs = 0;
  let calls = 0;
  while (performance.now() < endAtMs) {
    const input = inputOf(new Dice(seed + inputs));
    // oxlint-disable-next-line no-await-in-loop -- one connection at a time, so that a fault has one cause
    const trial = await tryInput(input);
    // oxlint-disable-next-line no-await-in-loop
    if (trial.faults.length > 0) throw await found(seed + inputs, input, trial);
    inputs += 1;
    calls += trial.calls;
    outcomes.set(trial.outcome, (outcomes.get(trial.outcome) ?? 0) + 1);
    if (wires.length < WIRES_MAX) wires.push(trial.wire);
  }
  return { inputs, calls, outcomes, wires };
}

async function found(seed: number, input: readonly Buffer[], { faults }: Trial): Promise<Error> {
  const small = await shrunk(input, kindOf(faults));
  const lines = small.map((piece) => (piece.length === 0 ? '-' : piece.toString('hex')));
  return new Error(
    `FUZZ_SEED=${seed}: ${faults.join('; ')}\nThe smallest input that shows it, for test/fixtures/http2-corpus/found:\n${lines.join('\n')}`,
  );
}

/** Removes pieces, large parts first, as long as the same fault appears. */
async function shrunk(input: readonly Buffer[], kind: string): Promise<readonly Buffer[]> {
  let pieces = [...input];
  for (let step = Math.ceil(pieces.length / 2); step >= 1; step = Math.floor(step / 2)) {
    for (let at = 0; at < pieces.length;) {
      const fewer = pieces.toSpliced(at, step);
      // oxlint-disable-next-line no-await-in-loop -- each tries what the one before it left
      if (kindOf((await tryInput(fewer)).faults) === kind) pieces = fewer;
      else at += step;
    }
  }
  return pieces;
}

function kindOf([fault = '']: readonly string[]): string {
  return fault.replaceAll(/\d+/g, 'N').split('\n', 1)[0] ?? '';
}
