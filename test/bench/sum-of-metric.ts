export type MetricLabels = Readonly<Record<string, string>>;

/** The sum of the series of one metric, in Prometheus' text format, that have all of these labels. */
export function sumOfMetric(text: string, name: string, labels: MetricLabels = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const line of text.split('\n')) {
    const series = line.slice(0, line.lastIndexOf(' '));
    if (series !== name && !series.startsWith(`${name}{`)) continue;
    const present = series.slice(name.length + 1, -1).split(',');
    if (wanted.every((label) => present.includes(label))) sum += Number(line.slice(series.length));
  }
  return sum;
}
