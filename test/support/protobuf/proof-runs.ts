/** How often a property is tried: `PROOF_RUNS=200` tries each 200 times as often as a normal run does. */
const FACTOR = Number(process.env['PROOF_RUNS'] ?? 1);

/** `PROOF_SEED=…` repeats a run. */
const seed = Number(process.env['PROOF_SEED'] ?? (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0);

export interface ProofRuns {
  readonly seed: number;
  readonly numRuns: number;
}

export function proofRuns(numRuns: number): ProofRuns {
  return { seed, numRuns: Math.ceil(numRuns * FACTOR) };
}

export const PROOF_SEED: number = seed;
