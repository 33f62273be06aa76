import type { ChartOptions } from './helm-chart.ts';

/** Everything that can be on, and every value that is empty by default. */
export const EVERYTHING_ON: ChartOptions = {
  examples: ['mutual-tls.yaml'],
  values: {
    image: { pullSecrets: ['registry'], pullPolicy: 'Always' },
    policy: { extraFiles: { 'jwks.json': '{"keys":[]}\n' } },
    settings: { logLevel: 'debug', listenHost: '[::]' },
    extraEnv: [
      { name: 'CURFEW_IN_FLIGHT_MAX', value: '256' },
      {
        name: 'OTEL_EXPORTER_OTLP_HEADERS',
        valueFrom: { secretKeyRef: { name: 'otel', key: 'headers' } },
      },
      { name: 'OTEL_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    ],
    autoscaling: { enabled: false },
    topologySpread: { zones: 'DoNotSchedule' },
    podLabels: { team: 'edge' },
    podAnnotations: { 'example.com/scrape': 'yes' },
    priorityClassName: 'important',
    nodeSelector: { 'kubernetes.io/arch': 'arm64' },
    tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'edge', operator: 'Exists' }] }],
        },
      },
    },
    serviceAccount: { annotations: { 'example.com/role': 'none' } },
    service: { annotations: { 'example.com/owner': 'edge' } },
    networkPolicy: {
      redis: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
      extraEgress: [{ to: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 4317 }] }],
    },
    serviceMonitor: { enabled: true, labels: { release: 'kube-prometheus-stack' } },
    prometheusRule: { enabled: true, labels: { release: 'kube-prometheus-stack' } },
  },
};
