import { z } from 'zod';
import { INSTALLATION } from '../asking/installation-answers.ts';
import type { InstallationAnswer } from '../asking/installation-answers.ts';
import { reader } from '../asking/read-answer.ts';
import type { Read } from '../asking/read-answer.ts';
import { installationWords } from './installation-text.ts';
import { fieldsText, printable, tableText } from './table.ts';
import type { Field } from './table.ts';
import { instantText } from './time-text.ts';

/** How the replica that was asked, the others and the store are. */
export interface StatusAnswer {
  readonly version: string;
  readonly replica: string;
  readonly started_at: string;
  readonly ready: boolean;
  /** `ok`, or why it is not met. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly store: {
    readonly answers: boolean;
    readonly product?: string | undefined;
    readonly version?: string | undefined;
    readonly warnings?: readonly string[] | undefined;
    readonly installation?: InstallationAnswer | undefined;
  };
  readonly replicas?:
    | readonly {
        readonly replica: string;
        readonly announced_at: string;
        readonly can: readonly string[];
      }[]
    | undefined;
  /** By source. */
  readonly sessions?: Readonly<Record<string, number>> | undefined;
}

const STATUS: z.ZodType<StatusAnswer> = z.looseObject({
  version: z.string(),
  replica: z.string(),
  started_at: z.string(),
  ready: z.boolean(),
  conditions: z.record(z.string(), z.string()),
  store: z.looseObject({
    answers: z.boolean(),
    product: z.string().optional(),
    version: z.string().optional(),
    warnings: z.array(z.string()).optional(),
    installation: INSTALLATION.optional(),
  }),
  replicas: z
    .array(
      z.looseObject({
        replica: z.string(),
        announced_at: z.string(),
        can: z.array(z.string()),
      }),
    )
    .optional(),
  sessions: z.record(z.string(), z.number()).optional(),
});

const read: Read<StatusAnswer> = reader(STATUS);

/** For a person: the replica, the store, the live sessions, then a line for each replica. */
export function statusText(document: unknown, nowMs: number): string {
  const status = read(document);
  const { store, replicas = [] } = status;
  const fields = fieldsText([
    ['curfew', `${status.version}, replica ${status.replica}`],
    ['started', instantText(status.started_at, nowMs)],
    ['ready', readyWords(status)],
    ['store', storeWords(store)],
    ...dataFields(store.installation),
    ['live sessions', sessionsWords(status.sessions)],
  ]);
  const warnings = (store.warnings ?? []).map((text) => `warning: ${printable(text)}\n`);
  if (replicas.length === 0) return [fields, ...warnings].join('');
  const rows = replicas.map((one) => [
    one.replica,
    instantText(one.announced_at, nowMs),
    one.can.join(' '),
  ]);
  return [fields, ...warnings, '\n', tableText([['REPLICA', 'ANNOUNCED', 'CAN'], ...rows])].join(
    '',
  );
}

function readyWords({ ready, conditions }: StatusAnswer): string {
  if (ready) return 'yes';
  const unmet = Object.entries(conditions).filter(([, state]) => state !== 'ok');
  return `no: ${unmet.map(([name, why]) => `${name}: ${why}`).join('; ')}`;
}

function storeWords({ answers, product = '', version = '' }: StatusAnswer['store']): string {
  return answers ? `${product} ${version}`.trim() : 'does not answer';
}

/** Nothing while the store has lost no data. An earlier version does not say. */
function dataFields(installation: InstallationAnswer | undefined): readonly Field[] {
  if (installation === undefined || installation.unmarked + installation.lost === 0) return [];
  const words = installationWords(installation);
  return [['data', installation.refusing > 0 ? `${words}; see curfew store show` : words]];
}

function sessionsWords(sessions: StatusAnswer['sessions']): string {
  if (sessions === undefined) return 'not known';
  const counts = Object.entries(sessions).map(([source, count]) => `${source} ${count}`);
  return counts.length === 0 ? 'none' : counts.join(', ');
}
