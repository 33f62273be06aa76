import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', '..', '..', 'deploy', 'grafana', 'curfew.json');

/** The fields of a panel that tests use. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly instant: boolean;
    readonly datasource: { readonly type: string; readonly uid: string };
  }[];
  readonly links?: readonly { readonly url: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
}

function dashboard(): Dashboard {
  return JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
}

/** All panels of the shipped dashboard, including rows. */
export function dashboardPanels(): readonly Panel[] {
  return dashboard().panels;
}

/** One query of a panel. */
export interface DashboardQuery {
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  readonly isInstant: boolean;
}

/** All queries of all panels, their variables not yet replaced. */
export function dashboardQueries(): readonly DashboardQuery[] {
  return dashboardPanels().flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr, instant }) => ({ panel: title, refId, expr, isInstant: instant })),
  );
}

/** The variables with values from labels. */
export function dashboardVariables(): readonly { name: string; series: string; label: string }[] {
  return dashboard().templating.list.flatMap(({ name, definition }) => {
    const [, series, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '') ?? [];
    return series === undefined || label === undefined ? [] : [{ name, series, label }];
  });
}

/** The query that Grafana sends when these namespaces and jobs are chosen, and all others are left at "All". */
const VALUES: readonly (readonly [variable: string, value: string])[] = [
  ['$__rate_interval', '30s'],
  ['$namespace', 'curfew'],
  ['$job', 'curfew'],
  ['$policy', '.*'],
  ['$envoy_job', 'envoy'],
  ['$envoy_cluster', '.*(curfew|extauth).*'],
];

/** @throws if an unknown variable is left */
export function substituted(expr: string): string {
  // The order does not matter, because no name is the start of another.
  const text = VALUES.reduce((before, [name, value]) => before.replaceAll(name, value), expr);
  if (text.includes('$')) throw new Error(`an unknown variable: ${text}`);
  return text;
}
