import { figure, figures } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { spreadOf } from '../rounds.ts';
import type { LoadFigures } from './contest-load.ts';

/** The loads in the order of their tables. */
export type LoadName = 'h2load' | 'closed' | 'low' | 'half';

/** The figures of a process besides its loads. */
export type NoteName = 'idle' | 'restMb' | 'beforeManyMb' | 'afterManyMb' | 'peakMb' | 'startMs';

/** Everything that was measured of all contenders. */
export class Results {
  readonly names: readonly string[];
  readonly #rounds = new Map<string, LoadFigures[]>();
  readonly #notes = new Map<string, number[]>();

  constructor(names: readonly string[]) {
    this.names = names;
  }

  add(load: LoadName, contender: string, round: LoadFigures): void {
    this.#rounds.set(`${load} ${contender}`, [...this.rounds(load, contender), round]);
  }

  note(contender: string, note: NoteName, value: number): void {
    this.#notes.set(`${note} ${contender}`, [...this.notes(contender, note), value]);
  }

  rounds(load: LoadName, contender: string): readonly LoadFigures[] {
    return this.#rounds.get(`${load} ${contender}`) ?? [];
  }

  notes(contender: string, note: NoteName): readonly number[] {
    return this.#notes.get(`${note} ${contender}`) ?? [];
  }

  /** The median of one figure over the rounds of a load; NaN without a round. */
  median(load: LoadName, contender: string, of: (round: LoadFigures) => number): number {
    const rounds = this.rounds(load, contender);
    return rounds.length === 0 ? NaN : spreadOf(rounds.map(of)).median;
  }

  /** The largest memory after any round of the closed loop. */
  loadMemoryMb(contender: string): number {
    return Math.max(...this.rounds('closed', contender).map(({ memoryMb }) => memoryMb));
  }

  tables(): string {
    return [
      this.#table('h2load', 'closed loop of h2load, one session', CLOSED.slice(0, 4)),
      this.#table('closed', 'closed loop, 1 000 sessions', CLOSED),
      this.#table('low', 'open loop, 1 000/s', OPEN),
      this.#table('half', 'open loop, half of its own most', [RATE, ...OPEN]),
      this.#processes(),
    ]
      .filter((table) => table !== '')
      .join('\n\n');
  }

  #table(load: LoadName, title: string, columns: readonly Column[]): string {
    const names = this.names.filter((name) => this.rounds(load, name).length > 0);
    if (names.length === 0) return '';
    return markdownTable(
      [title, ...columns.map(([head]) => head), 'no verdict'],
      names.map((name) => {
        const rounds = this.rounds(load, name);
        const noVerdict = rounds.reduce((sum, round) => sum + round.noVerdict, 0);
        return [name, ...columns.map(([, of]) => figures(rounds.map(of))), figure(noVerdict)];
      }),
    );
  }

  #processes(): string {
    const all = (name: string, note: NoteName): string => {
      const notes = this.notes(name, note);
      return figures(notes.length === 0 ? [NaN] : notes);
    };
    return markdownTable(
      [
        'the process',
        'start to first allow, ms',
        'idle, ms of CPU per s',
        'MB at rest',
        'MB under full load',
        'MB before a million checks',
        'MB after',
        'MB, most of all',
      ],
      this.names.map((name) => [
        name,
        all(name, 'startMs'),
        all(name, 'idle'),
        all(name, 'restMb'),
        figure(this.loadMemoryMb(name)),
        all(name, 'beforeManyMb'),
        all(name, 'afterManyMb'),
        all(name, 'peakMb'),
      ]),
    );
  }
}

type Column = readonly [head: string, of: (round: LoadFigures) => number];

const RATE: Column = ['checks/s', ({ perSecond }) => perSecond];

const CLOSED: readonly Column[] = [
  RATE,
  ['CPU µs of the server', ({ serverUs }) => serverUs],
  ['CPU µs of Redis', ({ redisUs }) => redisUs],
  ['mean ms', ({ latency }) => latency.mean],
  ['p50 ms', ({ latency }) => latency.p50],
  ['p99 ms', ({ latency }) => latency.p99],
  ['p99.9 ms', ({ latency }) => latency.p999],
  ['load and Redis on their core, %', (round) => (round.loadShare + round.redisShare) * 100],
];

const OPEN: readonly Column[] = [
  ['p50 ms', ({ latency }) => latency.p50],
  ['p99 ms', ({ latency }) => latency.p99],
  ['p99.9 ms', ({ latency }) => latency.p999],
  ['max ms', ({ latency }) => latency.max],
  ['of it the load’s lateness: p50', ({ lateness }) => lateness.p50],
  ['p99', ({ lateness }) => lateness.p99],
  ['p99.9', ({ lateness }) => lateness.p999],
  ['CPU µs of the server', ({ serverUs }) => serverUs],
  ['CPU µs of Redis', ({ redisUs }) => redisUs],
];
