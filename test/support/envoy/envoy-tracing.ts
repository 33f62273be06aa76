/** Envoy sends each span at once, and the admin interface may change the sampling. */
const FOR_TESTS = `
layered_runtime:
  layers:
    - { name: static, static_layer: { tracing.opentelemetry.min_flush_spans: 1 } }
    - { name: admin, admin_layer: {} }
`;

/** The production example with its comments about tracing activated, all requests sampled, for a collector on this machine. */
export function withTracing(config: string, collectorPort: number): string {
  const traced = inForce(inForce(config, '# tracing:'), '# - name: otel_collector');
  const addressed = replaced(
    traced,
    'address: collector, port_value: 4317',
    `address: 127.0.0.1, port_value: ${collectorPort}`,
  );
  return replaced(addressed, 'value: 1 } # percent', 'value: 100 }') + FOR_TESTS;
}

/** Activates a commented line, and the commented lines after it at the same indentation or deeper. */
function inForce(config: string, first: string): string {
  const lines = config.split('\n');
  const begin = lines.findIndex((line) => line.trim() === first);
  if (begin < 0) throw new Error(`envoy.yaml has no line ${first}`);
  const indent = lines[begin]?.indexOf('#') ?? 0;
  const end = lines.findIndex((line, index) => index > begin && line.indexOf('# ') !== indent);
  const block = lines.slice(begin, end).map((line) => line.replace('# ', ''));
  return [...lines.slice(0, begin), ...block, ...lines.slice(end)].join('\n');
}

function replaced(text: string, what: string, by: string): string {
  if (text.split(what).length !== 2) throw new Error(`envoy.yaml does not have ${what} once`);
  return text.replace(what, by);
}
