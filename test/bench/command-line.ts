import { parseArgs } from 'node:util';
import { VALUES_MAX } from './compare/median-interval.ts';
import type { BenchOptions } from './part.ts';

/** What the command line of the benchmark asks for. */
export type BenchCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly line: string }
  | RunParts
  | CompareCommand;

/** Measure this tree, part after part. */
export interface RunParts extends Settings {
  readonly kind: 'parts';
  /** By name; none: those whose results are kept. */
  readonly parts: readonly string[];
  readonly runsSources: boolean;
}

/** Measure this tree beside another version of it. */
export interface CompareCommand extends Settings {
  readonly kind: 'compare';
  /** As git understands it. */
  readonly commit: string;
  readonly rounds: number;
  /** By how much the new version may cost more, in per cent; undefined: the exit code does not say. */
  readonly withinPercent: number | undefined;
  readonly policyPath: string | undefined;
  /** The policy file of the new version, where it differs from that of the old one. */
  readonly newPolicyPath: string | undefined;
}

type Settings = Pick<BenchOptions, 'size' | 'transport'>;

/** Rounds of a comparison. Fewer than six have no interval of 95 %; 17 have one of just 95.1 %. */
const ROUNDS = { quick: { least: 6, usual: 6 }, full: { least: 11, usual: 17 } } as const;
const WITHIN_MAX = 100;

const OPTIONS = {
  against: { type: 'string' },
  help: { type: 'boolean' },
  'new-policy': { type: 'string' },
  policy: { type: 'string' },
  quick: { type: 'boolean' },
  rounds: { type: 'string' },
  source: { type: 'boolean' },
  transport: { type: 'string' },
  within: { type: 'string' },
} as const;

/** A command line that asks for nothing that can be done. The message is one line. */
class Mistake extends Error {}

/** Reads the words after `npm run bench --`. */
export function readCommandLine(words: readonly string[], parts: readonly string[]): BenchCommand {
  try {
    return commandOf(words, parts);
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'mistake', line: error.message };
    throw error;
  }
}

function commandOf(words: readonly string[], parts: readonly string[]): BenchCommand {
  const { values, positionals } = parse(words);
  if (values.help === true) return { kind: 'help' };
  const unknown = positionals.filter((name) => !parts.includes(name));
  if (unknown.length > 0) {
    throw new Mistake(`no part ${unknown.join(', ')}: there are ${parts.join(', ')}`);
  }
  const size = values.quick === true ? 'quick' : 'full';
  const settings = { size, transport: values.transport } as const;
  if (values.against === undefined) {
    const idle = (['rounds', 'within', 'policy', 'new-policy'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (idle !== undefined) throw new Mistake(`--${idle} needs --against COMMIT`);
    return { kind: 'parts', parts: positionals, runsSources: values.source === true, ...settings };
  }
  if (values.against === '') throw new Mistake('--against needs a commit');
  if (values.policy === '') throw new Mistake('--policy needs a file');
  if (values['new-policy'] === '') throw new Mistake('--new-policy needs a file');
  if (values.source === true) throw new Mistake('--against compares builds: leave --source out');
  if (positionals.join() !== 'check') {
    throw new Mistake('--against compares one part: npm run bench -- check --against COMMIT');
  }
  return {
    kind: 'compare',
    commit: values.against,
    rounds: roundsOf(values.rounds, size),
    withinPercent: percentOf(values.within),
    policyPath: values.policy,
    newPolicyPath: values['new-policy'],
    ...settings,
  };
}

function parse(words: readonly string[]) {
  try {
    const parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: OPTIONS,
      tokens: true,
    });
    const names = parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    if (twice !== undefined) throw new Mistake(`--${twice} is given twice`);
    return parsed;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // More lines, and more sentences, explain how to write an argument that begins with a dash.
    throw new Mistake(error.message.split(/\.?\n|\. /)[0], { cause: error });
  }
}

function roundsOf(text: string | undefined, size: Settings['size']): number {
  const { least, usual } = ROUNDS[size];
  if (text === undefined) return usual;
  const rounds = /^\d+$/.test(text) ? Number(text) : NaN;
  if (rounds >= least && rounds <= VALUES_MAX) return rounds;
  const quickly = size === 'quick' ? ' with --quick' : '';
  throw new Mistake(
    `--rounds is a whole number from ${least} to ${VALUES_MAX}${quickly}, not ${JSON.stringify(text)}`,
  );
}

function percentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (percent <= WITHIN_MAX) return percent;
  throw new Mistake(
    `--within is a number of per cent from 0 to ${WITHIN_MAX}, not ${JSON.stringify(text)}`,
  );
}
