import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import {
  dashboardQueries,
  dashboardVariables,
  substituted,
} from '../../support/monitoring/dashboard-file.ts';
import { prometheusOrSkip } from '../../support/programs/deploy-tools.ts';
import { eventually } from '../../support/time/eventually.ts';
import { startMonitoredScene } from '../../support/monitoring/monitored-scene.ts';
import type { MonitoredScene } from '../../support/monitoring/monitored-scene.ts';
import type { Prometheus, Series } from '../../support/monitoring/prometheus.ts';
import { envoyOrSkip, redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { selectorsOf } from '../../support/monitoring/query-parts.ts';
import { rulesOf } from '../../support/monitoring/rules-file.ts';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');
const SCENE_MAX_MS = 180_000;
/** A rate needs two scrapes, also of a series that began late. */
const THERE_MAX_MS = 15_000;
const RANGE_S = 60;

interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

describe('a Prometheus that watches Curfew and Envoy under load', () => {
  let scene: MonitoredScene;
  let prometheus: Prometheus;

  before(async function () {
    const bin = await prometheusOrSkip(this);
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    this.timeout(SCENE_MAX_MS);
    scene = await startMonitoredScene(bin);
    ({ prometheus } = scene);
  });

  after(() => scene?.stop());

  const hasValues = (series: readonly Series[]): boolean =>
    series.some(({ values }) => values.length > 0);
  const hasSamples = (expr: string): Promise<unknown> =>
    eventually(
      `samples of ${expr}`,
      async () => hasValues(await prometheus.query(expr)),
      THERE_MAX_MS,
    );

  const rules = rulesOf(join(deploy, 'prometheus', 'rules', 'curfew.yaml'));
  /** These look back at least an hour. */
  const usual = rules.filter(({ record, expr }) => record !== undefined && / offset 1w/.test(expr));
  const usualNames = new Set(usual.map(({ record }) => record));

  it('evaluates every rule without an error', async function () {
    this.timeout(THERE_MAX_MS + 5_000);
    const states = async (): Promise<readonly RuleState[]> => {
      const { groups } = (await prometheus.api('rules')) as { groups: { rules: RuleState[] }[] };
      return groups.flatMap((group) => group.rules);
    };
    const allKnown = async (): Promise<readonly RuleState[] | undefined> => {
      const now = await states();
      return now.every(({ health }) => health !== 'unknown') ? now : undefined;
    };
    const found = await eventually('evaluation of all', allKnown, THERE_MAX_MS);
    expect(found).to.have.lengthOf(rules.length);
    const bad = found.filter(({ health, lastError }) => health !== 'ok' || Boolean(lastError));
    expect(bad).to.deep.equal([]);
  });

  describe('finds what the rules look at:', () => {
    const selectors = new Set(rules.flatMap(({ expr }) => selectorsOf(expr)));
    for (const selector of selectors) {
      if (usualNames.has(selector)) continue;
      it(selector, async function () {
        this.timeout(THERE_MAX_MS + 5_000);
        await hasSamples(selector);
      });
    }
  });

  describe('finds something in the dashboard for', () => {
    for (const { panel, refId, expr, isInstant } of dashboardQueries()) {
      it(`${panel}, ${refId}`, async function () {
        this.timeout(THERE_MAX_MS + 5_000);
        const query = substituted(expr);
        const run = (): Promise<readonly Series[]> =>
          isInstant ? prometheus.query(query) : prometheus.queryRange(query, RANGE_S);
        await eventually(`samples of ${query}`, async () => hasValues(await run()), THERE_MAX_MS);
      });
    }

    for (const { name, series, label } of dashboardVariables()) {
      it(`its variable ${name}`, async () => {
        const match = encodeURIComponent(substituted(series));
        expect(await prometheus.api(`label/${label}/values?match[]=${match}`)).not.to.deep.equal(
          [],
        );
      });
    }
  });

  describe('finds what the queries of the pages look at:', () => {
    const page = ['docs/production.md', 'deploy/runbook.md']
      .map((path) => readFileSync(join(deploy, '..', path), 'utf8'))
      .join('\n');
    const inText = page.matchAll(/`\n?((?:sum|count|min|max)(?: by )?\([^`]*curfew_[^`]*)`/g);
    const inBlocks = page.matchAll(/```promql\n([^`]*)```/g);
    // Any key stands for the new one.
    const queries = new Set(
      [...inText, ...inBlocks].map(([, query = '']) => query.replace('fingerprint="NEW", ', '')),
    );

    it('several queries', () => {
      expect(queries.size).to.be.greaterThan(5);
    });
    for (const query of queries) {
      it(query, async function () {
        this.timeout(THERE_MAX_MS + 5_000);
        await hasSamples(query);
      });
    }
  });

  it('scrapes without an error', async () => {
    const text = readFileSync(join(deploy, 'prometheus', 'prometheus.yaml'), 'utf8');
    const { scrape_configs: jobs } = parse(text) as { scrape_configs: { job_name: string }[] };
    for (const { job_name: job } of jobs) {
      // oxlint-disable-next-line no-await-in-loop -- two of them
      const up = await prometheus.query(`min_over_time(up{job="${job}"}[1m])`);
      expect(
        up.map(({ values }) => values),
        job,
      ).not.to.deep.equal([]);
      for (const { values } of up) expect(values, job).to.deep.equal([1]);
    }
  });
});
