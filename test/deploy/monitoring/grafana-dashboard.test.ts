import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DASHBOARD_FILE, dashboard } from '../../../deploy/grafana/generate.ts';
import { dashboardPanels } from '../../support/monitoring/dashboard-file.ts';
import type { Panel } from '../../support/monitoring/dashboard-file.ts';
import { grafanaDashboardOrSkip } from '../../support/programs/deploy-tools.ts';

const run = promisify(execFile);
const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;

describe("Grafana's dashboard", () => {
  it('equals the output of its generator', () => {
    const made = 'node tools/run.mjs node deploy/grafana/generate.ts';
    expect(readFileSync(DASHBOARD_FILE, 'utf8'), made).to.equal(dashboard());
  });

  describe("by Grafana's own definitions", () => {
    let check: string;

    before(async function () {
      check = await grafanaDashboardOrSkip(this);
    });

    it('has every required field, and no unknown one', async () => {
      await run(check, [DASHBOARD_FILE]);
    });
  });

  const panels = dashboardPanels();

  it('gives each panel its own id', () => {
    expect(new Set(panels.map(({ id }) => id))).to.have.lengthOf(panels.length);
  });

  it('places no panel over another or beyond the edge', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).to.be.at.most(COLUMNS);
      for (const cell of cellsOf(gridPos)) {
        expect(taken.get(cell), `${title} at ${cell}`).to.equal(undefined);
        taken.set(cell, title);
      }
    }
  });

  it('explains each panel, and uses only the chosen data source', () => {
    for (const { type, title, description = '', datasource, targets = [] } of panels) {
      if (type === 'row') continue;
      expect(description, title).to.match(/^\S.{20,}\.$/);
      expect(datasource, title).to.deep.equal(DATA_SOURCE);
      expect(targets, title).not.to.deep.equal([]);
      const refIds = targets.map(({ refId }) => refId);
      expect(new Set(refIds), title).to.have.lengthOf(refIds.length);
      for (const target of targets) {
        expect(target.datasource, title).to.deep.equal(DATA_SOURCE);
        expect(target.expr, title).not.to.include('@');
      }
    }
  });

  it('links to chapters that the runbook has', () => {
    const runbook = readFileSync(join(DASHBOARD_FILE, '..', '..', 'runbook.md'), 'utf8');
    const chapters = [...runbook.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase(),
    );
    const urls = panels.flatMap(({ links = [] }) => links.map(({ url }) => url));
    expect(urls).to.have.length.above(20);
    for (const url of urls) expect(chapters).to.include(url.replace(/^.*#/, ''));
  });
});

function cellsOf({ x, y, w, h }: Panel['gridPos']): readonly string[] {
  const columns = Array.from({ length: w }, (_, column) => x + column);
  return columns.flatMap((column) =>
    Array.from({ length: h }, (_, row) => `column ${column}, line ${y + row}`),
  );
}
