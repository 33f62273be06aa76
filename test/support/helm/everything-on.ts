import type { ChartOptions } from './helm-chart.ts';

/** Every switch is on, and every value that is empty by default is set. */
export const EVERYTHING_ON: ChartOptions = {
  examples: ['mutual-tls.yaml'],
  values: {
    image: { pullSecrets: ['registry'], pullPolicy: 'Always' },
    policy: { extraFiles: { 'jwks.json': '{"keys":[]}\n' } },
    administration: {
      enabled: true,
      tls: { clientCaKey: 'ca.crt' },
      clientRoles: { 'ops-console': 'operator', login: 'issuer:web' },
      sso: {
        issuer: 'https://sso.example.com',
        audience: 'curfew',
        keys: 'https://sso.example.com/keys',
        roleClaim: 'realm_access.roles',
      },
    },
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
