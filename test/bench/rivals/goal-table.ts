import { figure } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import type { LoadFigures } from './contest-load.ts';
import type { LoadName, NoteName, Results } from './results.ts';

type Language = 'Go' | 'Rust';

interface Goal {
  readonly what: string;
  readonly load: LoadName;
  readonly of: (round: LoadFigures) => number;
  /** The largest allowed ratio of Curfew's figure to that of each rival. */
  readonly max: Readonly<Partial<Record<Language, number>>>;
}

const p99 = ({ latency }: LoadFigures): number => latency.p99;
const p999 = ({ latency }: LoadFigures): number => latency.p999;
const serverUs = (round: LoadFigures): number => round.serverUs;

const GOALS: readonly Goal[] = [
  { what: 'CPU of the server, h2load', load: 'h2load', of: serverUs, max: { Go: 0.5, Rust: 1.5 } },
  { what: 'CPU of the server, 1 000 sessions', load: 'closed', of: serverUs, max: { Go: 0.5, Rust: 1.5 } }, // prettier-ignore
  { what: 'p99 at 1 000/s', load: 'low', of: p99, max: { Go: 1 } },
  { what: 'p99.9 at 1 000/s', load: 'low', of: p999, max: { Go: 2 } },
  { what: 'p99 at half of its most', load: 'half', of: p99, max: { Go: 1 } },
  { what: 'p99.9 at half of its most', load: 'half', of: p999, max: { Go: 2 } },
];

interface Limit {
  readonly what: string;
  readonly of: (results: Results, name: string) => number;
  readonly max: number;
}

const noted = (results: Results, name: string, note: NoteName): number =>
  results.notes(name, note)[0] ?? NaN;

const LIMITS: readonly Limit[] = [
  { what: 'MB at rest', of: (results, name) => noted(results, name, 'restMb'), max: 100 },
  { what: 'MB under full load', of: (results, name) => results.loadMemoryMb(name), max: 200 },
  {
    what: 'MB more after a million checks',
    of: (results, name) =>
      noted(results, name, 'afterManyMb') - noted(results, name, 'beforeManyMb'),
    max: 5, // garbage collections alone make it vary by as much
  },
];

/**
 * Curfew's figures, and their ratios to those of the rivals (by medians), beside the goals. They are for its fastest
 * transport, which is the first contender. Empty without figures.
 */
export function goalTable(results: Results): string {
  const [curfew = ''] = results.names;
  const rows = [
    ...sharesOf(results, curfew),
    ...LIMITS.flatMap(({ what, of, max }) => rowOf(`${curfew}: ${what}`, of(results, curfew), max)),
  ];
  if (rows.length === 0) return '';
  return markdownTable(['aims', 'is', 'aim', 'reached'], rows);
}

function sharesOf(results: Results, curfew: string): string[][] {
  return GOALS.flatMap(({ what, load, of, max }) =>
    results.names.flatMap((rival) => {
      const aim = max[rival.split(' ')[0] as Language];
      if (aim === undefined) return [];
      const share = results.median(load, curfew, of) / results.median(load, rival, of);
      return rowOf(`${curfew} by ${rival}: ${what}`, share, aim);
    }),
  );
}

/** No row without a measurement. */
function rowOf(what: string, value: number, max: number): string[][] {
  if (!Number.isFinite(value)) return [];
  return [[what, figure(value), `≤ ${max}`, value <= max ? 'yes' : 'no']];
}
