import { expect } from 'chai';
import * as fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { CHECK_BUCKETS_S } from '../../../../src/telemetry/metrics/check-metrics.ts';
import { HistogramTally } from '../../../../src/telemetry/metrics/histogram-tally.ts';

const WORDS = { name: 'seconds_taken', help: 'Time \\ taken.\nAll of it.' };
const LABELS = { script: 'touch', outcome: 'say "live"\\\n' };
const OTHER = { script: 'open', outcome: 'late' };

/** The expositions of the library's histogram and of ours for the same values. */
async function expositions(
  observed: readonly (readonly [labels: typeof LABELS, seconds: number])[],
): Promise<{ library: string; ours: string }> {
  const labelNames = ['script', 'outcome'] as const;
  const [library, ours] = [new Registry(), new Registry()];
  const histogram = new Histogram({
    ...WORDS,
    labelNames,
    buckets: [...CHECK_BUCKETS_S],
    registers: [library],
  });
  const tally = new HistogramTally(ours, { ...WORDS, labelNames, buckets: CHECK_BUCKETS_S });
  const cells = new Map<object, ReturnType<typeof tally.cell>>();
  for (const [labels, seconds] of observed) {
    histogram.observe(labels, seconds);
    const cell = cells.get(labels) ?? tally.cell(labels);
    cells.set(labels, cell);
    cell.observe(seconds);
  }
  return { library: await library.metrics(), ours: await ours.metrics() };
}

const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

describe(`histogram-tally (seed ${seed})`, () => {
  it('exposes only its header before the first observation', async () => {
    const registry = new Registry();
    const tally = new HistogramTally(registry, { ...WORDS, labelNames: ['a'], buckets: [1, 2] });
    tally.cell({ a: 'b' });
    expect(await registry.metrics()).to.equal(
      '# HELP seconds_taken Time \\\\ taken.\\nAll of it.\n# TYPE seconds_taken histogram\n',
    );
  });

  it('counts a value that is equal to a bound as within it', async () => {
    const { library, ours } = await expositions(CHECK_BUCKETS_S.map((bound) => [LABELS, bound]));
    expect(ours).to.equal(library);
    expect(ours).to.include('le="0.00025",script="touch",outcome="say \\"live\\"\\\\\\n"} 1\n');
    const all = CHECK_BUCKETS_S.length;
    expect(ours).to.include(`le="1",script="touch",outcome="say \\"live\\"\\\\\\n"} ${all}\n`);
  });

  it("is exposed exactly like the library's histogram", async () => {
    const seconds = fc.oneof(
      fc.double({ min: -1, max: 3, noNaN: true }),
      fc.constantFrom(...CHECK_BUCKETS_S, 0, 1e-9, 1e9),
    );
    const observed = fc.array(fc.tuple(fc.constantFrom(LABELS, OTHER), seconds), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(observed, async (values) => {
        const { library, ours } = await expositions(values);
        expect(ours).to.equal(library);
      }),
      { numRuns: 200, seed },
    );
  });
});
