import { DATA_SOURCE } from './panel.ts';

/** The choices at the top of the dashboard. "All" is `.*`, which also matches a missing label: without Kubernetes there is no namespace. */
export const VARIABLES: readonly object[] = [
  {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    hide: 0,
    includeAll: false,
    multi: false,
    options: [],
    refresh: 1,
    regex: '',
    skipUrlSync: false,
  },
  labelValues('namespace', 'Namespace', 'curfew_build_info', 'namespace'),
  labelValues('job', 'Job', 'curfew_build_info{namespace=~"$namespace"}', 'job'),
  labelValues(
    'policy',
    'Policy',
    'curfew_checks_total{namespace=~"$namespace", job=~"$job"}',
    'policy',
  ),
  labelValues('envoy_job', 'Job of Envoy', 'envoy_http_ext_authz_ok', 'job'),
  {
    ...labelValues(
      'envoy_cluster',
      "Envoy's cluster of Curfew",
      'envoy_cluster_membership_healthy{job=~"$envoy_job"}',
      'envoy_cluster_name',
    ),
    // Istio names it outbound|9001||curfew.curfew.svc.cluster.local, Envoy Gateway after the SecurityPolicy.
    regex: '/.*(curfew|extauth).*/',
    allValue: '.*(curfew|extauth).*',
  },
];

function labelValues(name: string, label: string, series: string, of: string): object {
  const query = `label_values(${series}, ${of})`;
  return {
    name,
    label,
    type: 'query',
    datasource: DATA_SOURCE,
    definition: query,
    query: { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
    includeAll: true,
    allValue: '.*',
    multi: true,
    options: [],
    refresh: 2,
    regex: '',
    skipUrlSync: false,
    sort: 1,
  };
}
