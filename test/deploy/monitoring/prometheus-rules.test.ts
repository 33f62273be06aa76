import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import {
  PROMETHEUS_RULE_FILE,
  prometheusRule,
} from '../../../deploy/prometheus/prometheus-rule.ts';
import { promtoolOrSkip } from '../../support/programs/deploy-tools.ts';
import { metricOf, selectorsOf } from '../../support/monitoring/query-parts.ts';
import { rulesOf } from '../../support/monitoring/rules-file.ts';
import type { Rule } from '../../support/monitoring/rules-file.ts';

const run = promisify(execFile);
const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');
const folder = join(deploy, 'prometheus');
const rulesFile = join(folder, 'rules', 'curfew.yaml');
const RUNBOOK = 'https://github.com/curfew-dev/curfew/blob/main/deploy/runbook.md#';
const UNIT_TESTS_MAX_MS = 120_000;

interface AlertCase {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

interface UnitTests {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly AlertCase[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}

/** One of Alertmanager's `inhibit_rules`. */
interface Inhibit {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

const rules = rulesOf(rulesFile);
const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined);
const recorded = rules.flatMap(({ record }) => (record === undefined ? [] : [record]));
const testFiles = readdirSync(join(folder, 'tests')).map((name) => join(folder, 'tests', name));
const unitTests = testFiles.flatMap(
  (file) => (parse(readFileSync(file, 'utf8')) as UnitTests).tests,
);

describe("Prometheus's rules", () => {
  describe("by Prometheus's own tool", () => {
    let promtool: string;

    before(async function () {
      promtool = await promtoolOrSkip(this);
    });

    it('are valid rules', async () => {
      const { stdout } = await run(promtool, ['check', 'rules', rulesFile]);
      expect(stdout).to.include(`SUCCESS: ${rules.length} rules found`);
    });

    it('are used by a valid example of a configuration', async () => {
      await run(promtool, ['check', 'config', join(folder, 'prometheus.yaml')]);
    });

    for (const file of testFiles) {
      it(`pass ${file.slice(deploy.length + 1)}`, async function () {
        this.timeout(UNIT_TESTS_MAX_MS);
        await run(promtool, ['test', 'rules', file]).catch((error: Error & { stdout?: string }) => {
          throw new Error(`${error.message}\n${error.stdout ?? ''}`, { cause: error });
        });
      });
    }
  });

  it('equal the object of the Prometheus operator', () => {
    const made = 'node tools/run.mjs node deploy/prometheus/prometheus-rule.ts';
    expect(readFileSync(PROMETHEUS_RULE_FILE, 'utf8'), made).to.equal(prometheusRule());
    const { spec } = parse(prometheusRule()) as { spec: unknown };
    expect(spec).to.deep.equal(parse(readFileSync(rulesFile, 'utf8')));
  });

  it('are parsed by these tests as Prometheus would', () => {
    const query =
      'a{b="x(y) or z"} / on (c) group_left (d) rate(e[5m] offset 1d) > 1e6 and f:g unless 2 * sum by (h) (i{j=~"k"})';
    expect(selectorsOf(query)).to.deep.equal(['a{b="x(y) or z"}', 'e', 'f:g', 'i{j=~"k"}']);
  });

  it('are named correctly where the README lets one alert silence others', () => {
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    const block = /^```yaml\n(inhibit_rules:\n.*?)^```/ms.exec(page)?.[1] ?? '';
    const { inhibit_rules: inhibits } = parse(block) as { inhibit_rules: Inhibit[] };
    const names = alerts.map(({ alert }) => alert);
    for (const { source_matchers: sources, target_matchers: targets, equal } of inhibits) {
      expect(equal).to.include.members(['namespace', 'job']);
      for (const matcher of [...sources, ...targets]) {
        const [, value = ''] = /^alertname =~? "?([\w|]+)"?$/.exec(matcher) ?? [];
        expect(names, matcher).to.include.members(value.split('|'));
      }
    }
  });

  it('have different names', () => {
    const names = rules.map(({ alert, record }) => alert ?? record);
    expect(names).to.have.lengthOf(new Set(names).size);
  });

  it('use only recorded names that exist', () => {
    const used = rules
      .flatMap(({ expr }) => selectorsOf(expr))
      .filter((name) => name.includes(':'));
    for (const name of used) expect(recorded).to.include(metricOf(name));
  });

  for (const { alert, labels = {}, annotations = {} } of alerts) {
    describe(alert, () => {
      it('has a severity, a description and a chapter', () => {
        expect(alert).to.match(/^Curfew[A-Z]\w+$/);
        expect(labels['severity']).to.be.oneOf(['critical', 'warning']);
        expect(Object.keys(annotations)).to.have.members(['summary', 'description', 'runbook_url']);
        expect(annotations['summary']).to.have.length.within(10, 160);
        expect(annotations['description']).to.have.length.within(60, 500);
        expect(annotations['runbook_url']).to.equal(RUNBOOK + alert.toLowerCase());
      });

      it('is tested once firing and once not firing', () => {
        const cases = unitTests
          .flatMap(({ alert_rule_test: ofTest = [] }) => ofTest)
          .filter(({ alertname }) => alertname === alert);
        expect(cases.some(({ exp_alerts: expected }) => expected.length > 0)).to.equal(true);
        expect(cases.some(({ exp_alerts: expected }) => expected.length === 0)).to.equal(true);
      });
    });
  }

  for (const name of recorded) {
    it(`${name} is tested by its value`, () => {
      const queries = unitTests.flatMap(({ promql_expr_test: ofTest = [] }) => ofTest);
      const names = queries.flatMap(({ expr }) => selectorsOf(expr));
      expect(names.map(metricOf)).to.include(name);
    });
  }

  describe('have in the runbook', () => {
    const runbook = readFileSync(join(deploy, 'runbook.md'), 'utf8');
    const chapters = new Map(
      runbook
        .split(/^## /m)
        .slice(1)
        .map((chapter) => [/^.*$/m.exec(chapter)?.[0] ?? '', chapter]),
    );

    for (const { alert } of alerts) {
      it(`a chapter of ${alert}`, () => {
        const chapter = chapters.get(alert);
        for (const part of ['**What it means.** ', '**First look.** ', '**Fix.** ']) {
          expect(chapter).to.include(`\n\n${part}`);
        }
      });
    }

    it('no chapter of an alert that does not exist', () => {
      const names = alerts.map(({ alert }) => alert);
      const ofAlerts = [...chapters.keys()].filter((title) => title.startsWith('Curfew'));
      expect(ofAlerts).to.have.members(names);
    });
  });
});
