import { createAuthority } from '../certificates/certificate-authority.ts';
import type { Authority, Certificate } from '../certificates/certificate-authority.ts';
import { parseObjects } from '../kubernetes/kube-object.ts';
import type { KubeObject } from '../kubernetes/kube-object.ts';
import { kustomizeFolders, render } from '../kubernetes/kustomize.ts';
import type { BootstrapWorld } from './static-bootstrap.ts';

const FOLDERS: readonly string[] = ['kubernetes/overlays/envoy-gateway', 'envoy-gateway'];

/** The shipped objects that egctl reads. It does not know Deployments. */
const READ_BY_EGCTL: readonly string[] = ['gateway.networking.k8s.io/', 'gateway.envoyproxy.io/'];
const CURFEW_IP = '10.96.0.1';
const SHOP_IP = '10.96.0.2';

/** The objects of `deploy/envoy-gateway` and its overlay, in a cluster with what they need. */
export interface GatewayCluster {
  readonly objects: readonly KubeObject[];
  readonly certificates: {
    readonly authority: Authority;
    readonly curfew: Certificate;
    readonly client: Certificate;
    readonly edge: Certificate;
  };
  /** Runs the parts of the cluster on this machine. */
  world(ports: { curfew: number; web: number; grpc: number }): BootstrapWorld;
}

/**
 * Adds what a cluster has to the shipped objects. Two things differ from a cluster: egctl reads no EndpointSlices, so a
 * Service gets an address instead of being headless; and the Secrets are made here.
 */
export async function gatewayCluster(kubectl: string): Promise<GatewayCluster> {
  const authority = createAuthority('curfew');
  const certificates = {
    authority,
    curfew: authority.issue({ dnsName: 'curfew.curfew.svc.cluster.local' }),
    client: authority.issue({ commonName: 'envoy' }),
    edge: authority.issue({ dnsName: '*.example.com' }),
  };
  const shipped = (await Promise.all(FOLDERS.map((name) => objectsOf(kubectl, name)))).flat();
  const service = shipped.find(({ kind }) => kind === 'Service');
  if (service === undefined) throw new Error('the overlay has no Service');
  const objects = [
    ...shipped.filter(
      ({ apiVersion, kind }) =>
        kind === 'ConfigMap' || READ_BY_EGCTL.some((group) => apiVersion.startsWith(group)),
    ),
    ...['edge', 'shop', 'curfew'].map((name) => object('v1', 'Namespace', { name })),
    { ...service, spec: { ...(service.spec as object), clusterIP: CURFEW_IP } },
    object(
      'v1',
      'Service',
      { name: 'shop', namespace: 'shop' },
      {
        spec: {
          clusterIP: SHOP_IP,
          ports: [
            { name: 'http', port: 8080 },
            { name: 'grpc', port: 8081 },
          ],
        },
      },
    ),
    secret('edge-tls', 'edge', certificates.edge, authority),
    secret('edge-client-tls', 'edge', certificates.client, authority),
    secret('curfew-tls', 'curfew', certificates.curfew, authority),
  ];
  return {
    objects,
    certificates,
    world: ({ curfew, web, grpc }) => {
      const ports: Readonly<Record<string, number>> = {
        [`${CURFEW_IP}:9001`]: curfew,
        [`${SHOP_IP}:8080`]: web,
        [`${SHOP_IP}:8081`]: grpc,
      };
      return {
        ports: (address) => {
          const port = ports[address];
          if (port === undefined) throw new Error(`there is no port for ${address}`);
          return [port];
        },
        secret: (name) => {
          if (name === 'edge/edge-tls') return tlsCertificate(certificates.edge);
          if (name.includes('client')) return tlsCertificate(certificates.client);
          return { validationContext: { trustedCa: { inlineString: authority.cert } } };
        },
      };
    },
  };
}

async function objectsOf(kubectl: string, name: string): Promise<KubeObject[]> {
  const folder = kustomizeFolders().find((each) => each.name === name);
  if (folder === undefined) throw new Error(`kustomize cannot build the folder ${name}`);
  return parseObjects((await render(kubectl, folder)).yaml);
}

function tlsCertificate({ cert, key }: Certificate) {
  return {
    tlsCertificate: { certificateChain: { inlineString: cert }, privateKey: { inlineString: key } },
  };
}

function secret(
  name: string,
  namespace: string,
  { cert, key }: Certificate,
  authority: Authority,
): KubeObject {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return object(
    'v1',
    'Secret',
    { name, namespace },
    {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': base64(cert), 'tls.key': base64(key), 'ca.crt': base64(authority.cert) },
    },
  );
}

function object(
  apiVersion: string,
  kind: string,
  metadata: KubeObject['metadata'],
  fields: object = {},
): KubeObject {
  return { apiVersion, kind, metadata, ...fields };
}
