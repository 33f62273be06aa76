import { stringify } from 'yaml';
import type { MeshProxy } from './istio.ts';

// The rest of a mesh, as its users set it up: an application `shop`, and a gateway in front of it.

/** A gateway that Istio made for a Gateway of the Gateway API. */
export const EDGE_GATEWAY: MeshProxy = {
  type: 'router',
  namespace: 'istio-ingress',
  labels: { 'gateway.networking.k8s.io/gateway-name': 'edge' },
  ip: '10.0.0.9',
};

/** A gateway that Helm or istioctl installed, with Istio's own Gateway and VirtualService. */
export const INGRESS_GATEWAY: MeshProxy = {
  type: 'router',
  namespace: 'istio-ingress',
  labels: { istio: 'ingressgateway' },
  ip: '10.0.0.8',
};

/** The sidecar of the application. */
export const SHOP_SIDECAR: MeshProxy = {
  type: 'sidecar',
  namespace: 'shop',
  labels: { app: 'shop' },
  ip: '10.0.0.3',
};

/** The port of the application's pod. */
export const SHOP_PORT = 8080;
/** The application, as the gateways know it. */
export const SHOP_CLUSTER = 'outbound|80||shop.shop.svc.cluster.local';
/** The application, as its own sidecar knows it. */
export const SHOP_INBOUND_CLUSTER: string = `inbound|${SHOP_PORT}||`;

/** Pods of Curfew for the Service that was rendered. */
export function curfewPods(replicas: number): string {
  const labels = {
    'app.kubernetes.io/name': 'curfew',
    'app.kubernetes.io/component': 'authorizer',
    'security.istio.io/tlsMode': 'istio',
  };
  const ips = Array.from({ length: replicas }, (_, place) => `10.0.1.${place + 1}`);
  const ports = [
    { name: 'grpc', port: 9001 },
    { name: 'http-ops', port: 9002 },
  ];
  return documents(ips.flatMap((ip) => replica('curfew', 'curfew', { ip, labels, ports })));
}

/** The application and the gateways. */
export function shopAndGateways(): string {
  const http = [{ name: 'http', port: SHOP_PORT }];
  return documents([
    service('shop', 'shop', { app: 'shop' }),
    ...replica('shop', 'shop', { ip: SHOP_SIDECAR.ip, labels: SHOP_SIDECAR.labels, ports: http }),
    ...edge(),
    ...ingress(),
  ]);
}

function edge(): object[] {
  const name = 'edge-istio';
  const { labels, ip, namespace } = EDGE_GATEWAY;
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'istio' },
      spec: { controllerName: 'istio.io/gateway-controller' },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge', namespace },
      spec: {
        gatewayClassName: 'istio',
        listeners: [
          {
            name: 'http',
            port: 80,
            protocol: 'HTTP',
            allowedRoutes: { namespaces: { from: 'All' } },
          },
        ],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: {
        parentRefs: [{ name: 'edge', namespace }],
        rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
      },
    },
    service(name, namespace, labels, 80),
    ...replica(name, namespace, { ip, labels, ports: [{ name: 'http', port: 80 }] }),
  ];
}

function ingress(): object[] {
  const { labels, ip, namespace } = INGRESS_GATEWAY;
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'ingress', namespace },
      spec: {
        selector: labels,
        servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'shop', namespace },
      spec: {
        hosts: ['*'],
        gateways: ['ingress'],
        http: [
          // An EnvoyFilter can find only a route with a name.
          { name: 'payments', match: [{ uri: { prefix: '/payments' } }], route: [toShop()] },
          { route: [toShop()] },
        ],
      },
    },
    service('ingress', namespace, labels, 80),
    ...replica('ingress', namespace, { ip, labels, ports: [{ name: 'http', port: 80 }] }),
  ];
}

function toShop(): object {
  return { destination: { host: 'shop.shop.svc.cluster.local', port: { number: 80 } } };
}

function service(name: string, namespace: string, selector: object, target = SHOP_PORT): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      clusterIP: '10.2.0.1',
      selector,
      ports: [{ name: 'http', port: 80, targetPort: target }],
    },
  };
}

interface Replica {
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

function replica(serviceName: string, namespace: string, { ip, labels, ports }: Replica): object[] {
  const name = `${serviceName}-${ip.replaceAll('.', '-')}`;
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'app',
            ports: ports.map((each) => ({ name: each.name, containerPort: each.port })),
          },
        ],
      },
      status: { podIP: ip, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: [ip],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name, namespace },
        },
      ],
      ports,
    },
  ];
}

function documents(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
