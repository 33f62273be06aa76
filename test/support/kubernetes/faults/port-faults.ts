import { environmentOf, sameNamespace, selects, titleOf, workloadsIn } from '../kube-object.ts';
import type { Container, KubeObject, Labels, PortRef, Workload } from '../kube-object.ts';

/** Ports that lead to nothing, one line each. */
export function portFaults(objects: readonly KubeObject[]): string[] {
  const workloads = workloadsIn(objects);
  return [
    ...workloads.flatMap((workload) =>
      workload.pod.containers.flatMap((container) => [
        ...probeFaults(workload, container, objects),
        ...addressFaults(workload, container, objects),
      ]),
    ),
    ...objects.flatMap((object) => {
      switch (object.kind) {
        case 'Service':
          return serviceFaults(object, workloads);
        case 'NetworkPolicy':
          return networkFaults(object, workloads);
        case 'ServiceMonitor':
          return monitorFaults(object, objects);
        default:
          return [];
      }
    }),
  ];
}

function numberOf(port: PortRef, containers: readonly Container[]): number | undefined {
  const ports = containers.flatMap((container) => container.ports ?? []);
  const found = ports.find(({ name, containerPort }) =>
    typeof port === 'number' ? containerPort === port : name === port,
  );
  return found?.containerPort;
}

function probeFaults(
  workload: Workload,
  container: Container,
  objects: readonly KubeObject[],
): string[] {
  const isTls =
    environmentOf(container, workload, objects)['CURFEW_GRPC_TLS_CERT_FILE'] !== undefined;
  return (['startupProbe', 'readinessProbe', 'livenessProbe'] as const).flatMap((name) => {
    const probe = container[name];
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
    const title = `${workload.title} ${container.name} ${name}`;
    const faults: string[] = [];
    if (port !== undefined && numberOf(port, [container]) === undefined) {
      faults.push(`${title} asks port ${port}, which the container does not have`);
    }
    if (isTls && probe?.grpc !== undefined) {
      faults.push(`${title} speaks gRPC without TLS to a port with TLS`);
    }
    return faults;
  });
}

/** The ports in Curfew's settings must be the ports of the pod. */
function addressFaults(
  workload: Workload,
  container: Container,
  objects: readonly KubeObject[],
): string[] {
  const environment = environmentOf(container, workload, objects);
  return [
    ['CURFEW_GRPC_ADDRESS', 'grpc'] as const,
    ['CURFEW_OPS_ADDRESS', 'http-ops'] as const,
    ['CURFEW_ADMIN_ADDRESS', 'https-admin'] as const,
  ].flatMap(([variable, portName]) => {
    const address = environment[variable];
    if (address === undefined) return [];
    const port = numberOf(portName, [container]);
    if (port === Number(address.split(':').at(-1))) return [];
    return [
      `${workload.title} ${variable} is ${address}, but the port ${portName} is ${String(port)}`,
    ];
  });
}

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly selector?: Labels;
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly targetPort?: PortRef;
  }[];
}

function serviceFaults(object: KubeObject, workloads: readonly Workload[]): string[] {
  const { clusterIP, selector = {}, ports } = object.spec as ServiceSpec;
  const chosen = workloads.filter(
    (workload) => sameNamespace(workload.object, object) && selects(selector, workload.labels),
  );
  return chosen.flatMap(({ pod }) =>
    ports.flatMap(({ port, targetPort = port }) => {
      const number = numberOf(targetPort, pod.containers);
      const title = `${titleOf(object)} port ${port}`;
      if (number === undefined) return [`${title} leads to ${targetPort}, which no container has`];
      if (clusterIP === 'None' && number !== port) {
        return [`${title} is headless, but the pods listen on ${number}`];
      }
      return [];
    }),
  );
}

interface NetworkPolicySpec {
  readonly podSelector: { readonly matchLabels?: Labels };
  readonly ingress?: readonly { readonly ports?: readonly { readonly port?: PortRef }[] }[];
}

function networkFaults(object: KubeObject, workloads: readonly Workload[]): string[] {
  const { podSelector, ingress = [] } = object.spec as NetworkPolicySpec;
  const chosen = workloads.filter(
    (workload) =>
      sameNamespace(workload.object, object) &&
      selects(podSelector.matchLabels ?? {}, workload.labels),
  );
  const ports = ingress.flatMap((rule) => rule.ports ?? []).map(({ port }) => port ?? '');
  return chosen.flatMap(({ pod }) =>
    ports
      .filter((port) => numberOf(port, pod.containers) === undefined)
      .map((port) => `${titleOf(object)} lets in to port ${port}, which no container has`),
  );
}

interface MonitorSpec {
  readonly selector: { readonly matchLabels?: Labels };
  readonly endpoints: readonly { readonly port?: string }[];
}

function monitorFaults(object: KubeObject, objects: readonly KubeObject[]): string[] {
  const { selector, endpoints } = object.spec as MonitorSpec;
  const services = objects.filter(
    (other) =>
      other.kind === 'Service' &&
      sameNamespace(other, object) &&
      selects(selector.matchLabels ?? {}, other.metadata.labels ?? {}),
  );
  return services.flatMap((service) => {
    const names = (service.spec as ServiceSpec).ports.map(({ name }) => name);
    return endpoints
      .filter(({ port }) => !names.includes(port))
      .map(
        ({ port }) =>
          `${titleOf(object)} scrapes ${String(port)}, which ${titleOf(service)} does not have`,
      );
  });
}
