// Writes the dashboard from dashboard.yaml: node tools/run.mjs node deploy/grafana/generate.ts

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDashboardSource } from './dashboard-source.ts';
import type { DashboardSource } from './dashboard-source.ts';
import { heightOf, panelOf } from './panel.ts';
import { VARIABLES } from './variables.ts';

/** Where {@link dashboard} is kept. */
export const DASHBOARD_FILE: string = join(import.meta.dirname, 'curfew.json');

/** Grafana 10.4's, the oldest version that still gets fixes. Newer ones migrate the dashboard when they load it. */
const SCHEMA_VERSION = 39;
const COLUMNS = 24;

/** The dashboard as text, as Grafana imports it. */
export function dashboard(): string {
  const whole = {
    title: 'Curfew',
    uid: 'curfew',
    description:
      'Session deadlines for Envoy: what Curfew decides, how fast, and whether it works as it should.',
    tags: ['curfew', 'envoy'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: '',
    links: [],
    annotations: { list: [] },
    templating: { list: VARIABLES },
    panels: panelsOf(readDashboardSource()),
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

function panelsOf({ rows }: DashboardSource): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: sources } of rows) {
    panels.push(rowOf(title, panels.length + 1, y));
    y += 1;
    let x = 0;
    let height = 0;
    for (const source of sources) {
      if (x + source.width > COLUMNS) {
        y += height;
        x = 0;
        height = 0;
      }
      const h = heightOf(source);
      panels.push(panelOf(source, panels.length + 1, { x, y, w: source.width, h }));
      x += source.width;
      height = Math.max(height, h);
    }
    y += height;
  }
  return panels;
}

function rowOf(title: string, id: number, y: number): object {
  const gridPos = { x: 0, y, w: COLUMNS, h: 1 };
  return { id, type: 'row', title, collapsed: false, gridPos, panels: [] };
}

if (import.meta.main) writeFileSync(DASHBOARD_FILE, dashboard());
