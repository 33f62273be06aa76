import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '../processes/child-process.ts';
import { eventually } from '../time/eventually.ts';
import { freePort } from '../network/free-port.ts';
import { httpCall } from '../clients/http-call.ts';

const READY_MAX_MS = 20_000;

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Its values at all requested times, without NaN. */
  readonly values: readonly number[];
}

/** A real Prometheus. */
export interface Prometheus {
  /** The data of a page of its HTTP API, such as `rules`. */
  api(page: string): Promise<unknown>;
  /** @throws if Prometheus rejects the query */
  query(expr: string): Promise<readonly Series[]>;
  /** Like a dashboard: the last `seconds`, in steps of one second. */
  queryRange(expr: string, seconds: number): Promise<readonly Series[]>;
  stop(): Promise<void>;
}

/** Starts Prometheus with these files (by name; `prometheus.yml` is the configuration) in a separate folder. */
export async function startPrometheus(
  bin: string,
  files: Readonly<Record<string, string>>,
): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-prometheus-'));
  for (const [name, text] of Object.entries(files)) {
    // oxlint-disable-next-line no-await-in-loop -- a handful
    await writeFile(join(folder, name), text);
  }
  const port = await freePort();
  const server = await startProcess(bin, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ]);
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const isReady = async (): Promise<boolean> => {
    if (!server.isAlive()) throw new Error('it has ended');
    return (await httpCall(port, '/-/ready')).status === 200;
  };
  await eventually('ready Prometheus', isReady, READY_MAX_MS).catch(async (error: unknown) => {
    await stop();
    throw new Error(`${String(error)}\n${server.log()}`, { cause: error });
  });
  const api = (page: string): Promise<unknown> => ask(port, page);
  const series = async (page: string): Promise<readonly Series[]> => seriesOf(await api(page));
  return {
    api,
    query: (expr) => series(`query?query=${encodeURIComponent(expr)}`),
    queryRange: (expr, seconds) => {
      const end = Date.now() / 1000;
      const times = `start=${end - seconds}&end=${end}&step=1`;
      return series(`query_range?query=${encodeURIComponent(expr)}&${times}`);
    },
    stop,
  };
}

async function ask(port: number, page: string): Promise<unknown> {
  const { body } = await httpCall(port, `/api/v1/${page}`);
  const answer = JSON.parse(body) as { status: string; error?: string; data: unknown };
  if (answer.status !== 'success') throw new Error(`${page}: ${answer.error ?? body}`);
  return answer.data;
}

type Point = readonly [atS: number, value: string];

function seriesOf(data: unknown): readonly Series[] {
  const { resultType, result } = data as {
    resultType: string;
    result: { metric: Record<string, string>; value?: Point; values?: Point[] }[];
  };
  if (resultType === 'scalar') throw new Error('the answer is a number, not a series');
  return result.map(({ metric, value, values = [] }) => ({
    metric,
    values: [...(value === undefined ? [] : [value]), ...values]
      .map(([, text]) => Number(text))
      .filter((number) => !Number.isNaN(number)),
  }));
}
