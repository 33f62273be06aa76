import { figure } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import type { LoadFigures } from './contest-load.ts';
import type { LoadName, Results } from './results.ts';

type Language = 'Go' | 'Rust';

interface Goal {
  readonly what: string;
  readonly load: LoadName;
  readonly of: (round: LoadFigures) => number;
  /** The most that Curfew may need of what each rival needs. */
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

/** What Curfew needs as a share of what a rival needs, by medians, beside the aim. Empty without rivals. */
export function goalTable(results: Results): string {
  const curfews = results.names.filter((name) => name.startsWith('Curfew'));
  const rows = curfews.flatMap((curfew) =>
    GOALS.flatMap(({ what, load, of, max }) =>
      results.names.flatMap((rival) => {
        const aim = max[rival.split(' ')[0] as Language];
        const share = results.median(load, curfew, of) / results.median(load, rival, of);
        if (aim === undefined || Number.isNaN(share)) return [];
        const isReached = share <= aim ? 'yes' : 'no';
        return [[`${curfew} to ${rival}: ${what}`, figure(share), `≤ ${aim}`, isReached]];
      }),
    ),
  );
  if (rows.length === 0) return '';
  return markdownTable(['Curfew’s median by the rival’s', 'is', 'aim', 'reached'], rows);
}
