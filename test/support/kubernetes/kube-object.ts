import { parseAllDocuments } from 'yaml';

/** Names with values, as in labels and selectors. */
export type Labels = Readonly<Record<string, string>>;

/** Any object of Kubernetes, with the fields that our rules use. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: unknown;
  /** Of a ConfigMap or Secret. */
  readonly data?: Readonly<Record<string, string>>;
}

/** A port by its name or number. */
export type PortRef = string | number;

export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: PortRef };
  readonly tcpSocket?: { readonly port: PortRef };
  readonly grpc?: { readonly port: number; readonly service?: string };
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly subPathExpr?: string;
    readonly readOnly?: boolean;
  }[];
}

/** The keys of a ConfigMap or Secret, and their file names; all of them without `items`. */
export interface Projection {
  readonly name?: string;
  readonly secretName?: string;
  readonly defaultMode?: number;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Volume {
  readonly name: string;
  readonly configMap?: Projection;
  readonly secret?: Projection;
  readonly projected?: {
    readonly sources?: readonly {
      readonly configMap?: Projection;
      readonly secret?: Projection;
    }[];
  };
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly topologySpreadConstraints?: readonly {
    readonly labelSelector?: { readonly matchLabels?: Labels };
  }[];
}

/** The pods that an object makes. */
export interface Workload {
  /** `Deployment/curfew`. */
  readonly title: string;
  readonly object: KubeObject;
  readonly labels: Labels;
  readonly pod: PodSpec;
}

interface WithTemplate {
  readonly template?: { readonly metadata?: { readonly labels?: Labels }; readonly spec: PodSpec };
}

/** The objects of a YAML text, as kubectl and helm print them. */
export function parseObjects(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

/** `Service/curfew`. */
export function titleOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

export function sameNamespace(one: KubeObject, other: KubeObject): boolean {
  return (one.metadata.namespace ?? '') === (other.metadata.namespace ?? '');
}

/** All objects that make pods, and pods themselves. */
export function workloadsIn(objects: readonly KubeObject[]): Workload[] {
  return objects.flatMap((object) => {
    const title = titleOf(object);
    if (object.kind === 'Pod') {
      const labels = object.metadata.labels ?? {};
      return [{ title, object, labels, pod: object.spec as PodSpec }];
    }
    const { template } = (object.spec ?? {}) as WithTemplate;
    if (template?.spec.containers === undefined) return [];
    return [{ title, object, labels: template.metadata?.labels ?? {}, pod: template.spec }];
  });
}

/** An empty selector selects everything. The caller decides about a missing one. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** The variables of a container, from the ConfigMaps and its own list. */
export function environmentOf(
  container: Container,
  { object }: Workload,
  objects: readonly KubeObject[],
): Record<string, string> {
  const fromMaps = (container.envFrom ?? []).map(({ configMapRef }) => {
    const map = objects.find(
      (other) =>
        other.kind === 'ConfigMap' &&
        other.metadata.name === configMapRef?.name &&
        sameNamespace(other, object),
    );
    return map?.data ?? {};
  });
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? ''] as const);
  return Object.assign({}, ...fromMaps, Object.fromEntries(own)) as Record<string, string>;
}
