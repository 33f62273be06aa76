import type { PanelSource } from './dashboard-source.ts';

const RUNBOOK = 'https://github.com/curfew-dev/curfew/blob/main/deploy/runbook.md';
const HEIGHTS = { stat: 4, timeseries: 8, heatmap: 8, 'state-timeline': 8, table: 8 } as const;

/** The data source that is chosen at the top of the dashboard. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** The place of a panel, in units of Grafana's grid. */
export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The height of a panel of this kind. */
export function heightOf({ kind }: PanelSource): number {
  return HEIGHTS[kind];
}

/** The panel as Grafana reads it. */
export function panelOf(source: PanelSource, id: number, gridPos: GridPosition): object {
  return {
    id,
    type: source.kind,
    title: source.title,
    description: source.description,
    gridPos,
    datasource: DATA_SOURCE,
    targets: source.queries.map((query, index) => target(source, query, index)),
    fieldConfig: { defaults: fieldDefaults(source), overrides: [] },
    options: OPTIONS[source.kind],
    ...(source.columns === undefined ? {} : { transformations: [organised(source.columns)] }),
    ...(source.runbook === undefined ? {} : { links: [runbookLink(source.runbook)] }),
  };
}

function target(
  { kind }: PanelSource,
  { expr, legend }: PanelSource['queries'][number],
  index: number,
): object {
  const isTable = kind === 'table';
  return {
    refId: String.fromCodePoint(65 + index),
    datasource: DATA_SOURCE,
    editorMode: 'code',
    expr: expanded(expr),
    legendFormat: legend ?? '__auto',
    format: isTable ? 'table' : kind === 'heatmap' ? 'heatmap' : 'time_series',
    instant: isTable,
    range: !isTable,
  };
}

/** Replaces the short names of dashboard.yaml by the matchers that they mean. */
function expanded(expr: string): string {
  return expr
    .replaceAll('@curfew', 'namespace=~"$namespace", job=~"$job"')
    .replaceAll('@envoy', 'job=~"$envoy_job"')
    .replaceAll('@cluster', 'envoy_cluster_name=~"$envoy_cluster"');
}

function fieldDefaults({ kind, unit, thresholds, states, stacked }: PanelSource): object {
  const { base = 'green', ...levels } = thresholds ?? {};
  const steps = Object.entries(levels)
    .flatMap(([color, value]) => (value === undefined ? [] : [{ color, value }]))
    .toSorted((one, other) => one.value - other.value);
  const colored = thresholds !== undefined && kind !== 'timeseries';
  const mappings = states && [
    { type: 'value', options: Object.fromEntries(Object.entries(states).map(stateOption)) },
  ];
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(kind === 'timeseries' ? { min: 0, custom: lines(stacked, thresholds !== undefined) } : {}),
    color: { mode: colored ? 'thresholds' : 'palette-classic' },
    mappings: mappings ?? [],
    thresholds: { mode: 'absolute', steps: [{ color: base, value: null }, ...steps] },
  };
}

function stateOption(
  [value, state]: [string, { text: string; color: string }],
  index: number,
): [string, object] {
  return [value, { ...state, index }];
}

function lines(stacked: boolean, hasThreshold: boolean): object {
  return {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: stacked ? 30 : 8,
    showPoints: 'never',
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: hasThreshold ? 'dashed' : 'off' },
  };
}

function organised(columns: readonly string[]): object {
  const indexByName = Object.fromEntries(columns.map((name, index) => [name, index]));
  const hidden = ['Time', 'Value'].filter((name) => !columns.includes(name));
  const excludeByName = Object.fromEntries(hidden.map((name) => [name, true]));
  return { id: 'organize', options: { excludeByName, indexByName, renameByName: {} } };
}

function runbookLink(alert: string): object {
  const url = `${RUNBOOK}#${alert.toLowerCase()}`;
  return {
    title: `Runbook: ${alert}`,
    type: 'link',
    icon: 'external',
    tooltip: '',
    url,
    tags: [],
    asDropdown: false,
    targetBlank: true,
    includeVars: false,
    keepTime: false,
  };
}

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] };
const TOOLTIP = { mode: 'multi', sort: 'desc' };

const OPTIONS: Readonly<Record<PanelSource['kind'], object>> = {
  timeseries: { legend: LEGEND, tooltip: TOOLTIP },
  'state-timeline': {
    mergeValues: true,
    showValue: 'auto',
    alignValue: 'left',
    rowHeight: 0.9,
    legend: LEGEND,
    tooltip: { mode: 'single', sort: 'none' },
  },
  stat: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    orientation: 'auto',
    textMode: 'auto',
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
  table: { frameIndex: 0, showHeader: true, cellHeight: 'sm' },
  heatmap: {
    calculate: false,
    cellGap: 1,
    color: {
      mode: 'scheme',
      scheme: 'Oranges',
      fill: 'dark-orange',
      scale: 'exponential',
      exponent: 0.5,
      steps: 64,
      reverse: false,
    },
    exemplars: { color: 'rgba(255,0,255,0.7)' },
    filterValues: { le: 1e-9 },
    legend: { show: true },
    rowsFrame: { layout: 'auto' },
    showValue: 'never',
    tooltip: { mode: 'single', showColorScale: false, yHistogram: true },
    yAxis: { axisPlacement: 'left', reverse: false, unit: 's' },
  },
};
