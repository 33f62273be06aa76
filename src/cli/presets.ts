import { formatDuration } from '../terms/duration.ts';
import type { Preset } from '../policy/file/presets.ts';
import { PRESETS } from '../policy/file/presets.ts';
import type { CommandIo } from './command-io.ts';

/**
 * `curfew presets`: the limits of each preset, with the text that requires them.
 * @returns the exit code
 */
export function runPresets(io: CommandIo): number {
  const rows = [
    ['preset', 'idle', 'absolute', 'citation'],
    ...[...PRESETS.values()].map(presetRow),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  io.out(`${lines.join('\n')}\n`);
  io.out(
    '\n* chosen by this product: the text gives no number.\n' +
      'Use one with `preset: NAME` in a policy. Your own values may be tighter; a looser one needs `justification:`.\n' +
      'A preset supplies the numbers. Whether they satisfy an audit is up to the auditor: this is not legal advice.\n',
  );
  return 0;
}

function presetRow(preset: Preset): readonly string[] {
  const { name, idleTimeoutMs, absoluteTimeoutMs, citation, chosen, note } = preset;
  const idle = idleTimeoutMs === undefined ? 'off' : formatDuration(idleTimeoutMs);
  const mark = (value: 'idle' | 'absolute'): string =>
    chosen === value || chosen === 'both' ? '*' : '';
  return [
    name,
    `${idle}${mark('idle')}`,
    `${formatDuration(absoluteTimeoutMs)}${mark('absolute')}`,
    note === undefined ? citation : `${citation} (${note})`,
  ];
}
