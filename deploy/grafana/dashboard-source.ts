import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

type Color = 'red' | 'orange' | 'green';

/** One panel of dashboard.yaml. */
export interface PanelSource {
  readonly title: string;
  readonly kind: 'stat' | 'timeseries' | 'heatmap' | 'state-timeline' | 'table';
  readonly description: string;
  /** The id of one of Grafana's units. */
  readonly unit?: string | undefined;
  /** Of the 24 columns of a dashboard. */
  readonly width: number;
  readonly stacked: boolean;
  /** The alert whose chapter of the runbook helps with this panel. */
  readonly runbook?: string | undefined;
  /** The colours, each with the value at which it starts. `base` is the colour below all of them. */
  readonly thresholds?: { readonly base?: Color | undefined } & {
    readonly [C in Color]?: number | undefined;
  };
  /** Name and colour of each state, by its value. */
  readonly states?: Readonly<Record<string, { readonly text: string; readonly color: Color }>>;
  /** The columns of a table, in their order. */
  readonly columns?: readonly string[] | undefined;
  readonly queries: readonly { readonly expr: string; readonly legend?: string | undefined }[];
}

/** All of dashboard.yaml. */
export interface DashboardSource {
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelSource[] }[];
}

/**
 * Reads dashboard.yaml.
 * @throws if it has a field that it should not have, or lacks one
 */
export function readDashboardSource(): DashboardSource {
  const text = readFileSync(join(import.meta.dirname, 'dashboard.yaml'), 'utf8');
  const color = z.enum(['red', 'orange', 'green']);
  const level = z.number().optional();
  const panel = z.strictObject({
    title: z.string(),
    kind: z.enum(['stat', 'timeseries', 'heatmap', 'state-timeline', 'table']),
    description: z.string(),
    unit: z.string().optional(),
    width: z.int().min(1).max(24).default(8),
    stacked: z.boolean().default(false),
    runbook: z.string().startsWith('Curfew').optional(),
    thresholds: z
      .strictObject({ base: color.optional(), red: level, orange: level, green: level })
      .optional(),
    states: z.record(z.string(), z.strictObject({ text: z.string(), color })).optional(),
    columns: z.array(z.string()).optional(),
    queries: z.array(z.strictObject({ expr: z.string(), legend: z.string().optional() })).min(1),
  });
  const row = z.strictObject({ title: z.string(), panels: z.array(panel).min(1) });
  return z.strictObject({ rows: z.array(row) }).parse(parse(text)) as DashboardSource;
}
