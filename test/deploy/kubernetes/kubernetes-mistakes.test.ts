import { expect } from 'chai';
import { kubectlOrSkip } from '../../support/programs/deploy-tools.ts';
import { conformanceOrSkip } from '../../support/kubernetes/schemas/kubeconform.ts';
import type { Conformance } from '../../support/kubernetes/schemas/kubeconform.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import { renderWith } from '../../support/kubernetes/kustomize.ts';
import { objectFaults } from '../../support/kubernetes/faults/object-faults.ts';
import { podSecurityOrSkip } from '../../support/kubernetes/pod-security.ts';
import type { PodSecurity } from '../../support/kubernetes/pod-security.ts';
import { KUBERNETES_VERSIONS } from '../../support/kubernetes/schemas/kubernetes-schemas.ts';

/** The mistake, the replaced text in one object, its replacement, and a part of the check's message. */
type Mistake = readonly [what: string, kind: string, from: string, to: string, says: RegExp];

const NAME = 'app.kubernetes.io/name: curfew';

const AGAINST_SCHEMAS: readonly Mistake[] = [
  ['a field', 'Deployment', 'minReadySeconds', 'minReadySecond', /minReadySecond' not allowed/],
  ['a probe', 'Deployment', 'startupProbe', 'startProbe', /startProbe' not allowed/],
  ['a mount', 'Deployment', 'mountPath', 'mountpath', /missing property 'mountPath'/],
  ['a security context', 'Deployment', 'readOnlyRoot', 'readonlyRoot', /readonlyRootFile/],
  ['a number in words', 'Deployment', 'periodSeconds: 1', 'periodSeconds: one', /periodSeconds/],
  ['a protocol', 'Service', 'appProtocol', 'appProtocoll', /appProtocoll' not allowed/],
  ['a budget', 'PodDisruptionBudget', 'maxUnavailable', 'maxUnvailable', /maxUnvailable/],
  ['a metric', 'HorizontalPodAutoscaler', 'averageUtil', 'averageutil', /averageutil/],
  ['a rule', 'NetworkPolicy', 'namespaceSelector', 'namespaceselector', /namespaceselector/],
  ['an endpoint', 'ServiceMonitor', 'scrapeTimeout', 'scrapeTimeOut', /scrapeTimeOut' not al/],
  ['a selector', 'ServiceMonitor', 'matchLabels', 'matchLabel', /matchLabel' not allowed/],
  ['a version', 'PodDisruptionBudget', 'policy/v1', 'policy/v1beta1', /could not find schema/],
  ['a kind', 'ServiceMonitor', 'kind: ServiceMonitor', 'kind: ServiceMonitr', /could not find/],
];

const AGAINST_RULES: readonly Mistake[] = [
  [
    'a selector of no pods',
    'Service',
    'selector:\n    app',
    'selector:\n    xpp',
    /^Service\/curfew selects no/,
  ],
  ['a budget for no pods', 'PodDisruptionBudget', `      ${NAME}`, `      ${NAME}s`, /no pods/],
  ['a network rule for no pods', 'NetworkPolicy', `      ${NAME}`, `      ${NAME}s`, /no pods/],
  ['pods of another name', 'Deployment', `        ${NAME}`, `        ${NAME}s`, /its own pods/],
  ['scraping of no Service', 'ServiceMonitor', `      ${NAME}`, `      ${NAME}s`, /no Service/],
  [
    'scaling of nothing',
    'HorizontalPodAutoscaler',
    'kind: Deployment',
    'kind: ReplicaSet',
    /scales nothing/,
  ],
  ['a container to measure', 'HorizontalPodAutoscaler', 'container: c', 'container: x', /measures/],
  ['replicas beside a scaler', 'Deployment', 'minReady', 'replicas: 3\n  minReady', /sets repl/],
  [
    'no such account',
    'ServiceAccount',
    '\n  name: curfew\n',
    '\n  name: other\n',
    /the account curfew/,
  ],
  ['no such target port', 'Service', 'targetPort: grpc', 'targetPort: rpc', /leads to rpc/],
  ['another port than the pods', 'Service', 'port: 9001', 'port: 80', /is headless/],
  ['a probe of no port', 'Deployment', 'port: http-ops', 'port: ops', /Probe asks port ops/],
  ['a gRPC probe of no port', 'Deployment', 'port: 9001', 'port: 9009', /Probe asks port 9009/],
  ['a network rule for no port', 'NetworkPolicy', 'port: grpc', 'port: rpc', /lets in to port rpc/],
  ['scraping of no port', 'ServiceMonitor', 'port: http-ops', 'port: ops', /scrapes ops/],
  ['listening elsewhere', 'ConfigMap', '0.0.0.0:9001', '0.0.0.0:9101', /but the port grpc is 9001/],
  [
    'a single file',
    'Deployment',
    'name: policy\n',
    'name: policy\n          subPath: x\n',
    /subPath/,
  ],
  [
    'a mount of no volume',
    'Deployment',
    'name: keys\n  ',
    'name: key\n  ',
    /is not one of its volumes/,
  ],
  ['a folder elsewhere', 'Deployment', '/etc/curfew', '/etc/curfews', /CURFEW_CONFIG names/],
  ['a file elsewhere', 'ConfigMap', 'curfew.keys', 'curfew.key', /KEY_FILE names .*not mounted/],
  [
    'no such Secret',
    'Deployment',
    'secretName: curfew-redis',
    'secretName: curfew-rediss',
    /which nothing makes/,
  ],
  ['no such policies', 'ConfigMap', 'curfew-policy', 'curfew-polices', /ConfigMap curfew-policy/],
  [
    'a Secret that every user can read',
    'Deployment',
    'defaultMode: 288',
    'defaultMode: 292',
    /every user/,
  ],
  ['no mode for a Secret', 'Deployment', 'defaultMode: 288', 'optional: false', /every user/],
  ['a setting', 'ConfigMap', 'CURFEW_DRAIN_DELAY', 'CURFEW_DRAINDELAY', /is not a setting/],
  [
    'administration on another port',
    'ConfigMap',
    '0.0.0.0:9003',
    '0.0.0.0:9103',
    /but the port https-admin is 9003/,
  ],
  [
    'administration without TLS',
    'ConfigMap',
    '  CURFEW_ADMIN_TLS_CERT_FILE: /run/secrets/curfew-admin-tls/tls.crt\n' +
      '  CURFEW_ADMIN_TLS_KEY_FILE: /run/secrets/curfew-admin-tls/tls.key\n',
    '',
    /does not start: .*--admin-tls-cert-file is required/,
  ],
  ['scraping of administration', 'Service', 'administration', 'authorizer', /scrapes http-ops/],
  ['too short a grace', 'Deployment', 'Seconds: 40', 'Seconds: 29', /needs 30000 ms to stop/],
  ['too short a delay', 'ConfigMap', '15s', '5s', /before every Envoy can know/],
  ['a delay that is none', 'ConfigMap', '15s', '15', /needs NaN ms/],
  ['a Secret in the open', 'ConfigMap', 'kind: ConfigMap', 'kind: Secret', /must not be among/],
];

const AGAINST_SECURITY: readonly Mistake[] = [
  ['any user', 'Deployment', 'runAsNonRoot: true', 'runAsNonRoot: false', /runAsNonRoot != true/],
  ['root', 'Deployment', 'runAsUser: 65532', 'runAsUser: 0', /runAsUser=0/],
  ['escalation', 'Deployment', 'Escalation: false', 'Escalation: true', /allowPrivilegeEsc/],
  ['all capabilities', 'Deployment', '- ALL', '- NET_RAW', /unrestricted capabilities/],
  ['no seccomp', 'Deployment', 'type: RuntimeDefault', 'type: Unconfined', /seccomp/],
  [
    'a folder of the node',
    'Deployment',
    'volumes:',
    'volumes:\n      - {name: h, hostPath: {path: /}}',
    /hostPath/,
  ],
];

describe('the checks of Kubernetes objects', function () {
  this.timeout(60_000);
  let sound: readonly string[];
  let conformance: Conformance;
  let podSecurity: PodSecurity;

  before(async function () {
    const kubectl = await kubectlOrSkip(this);
    conformance = await conformanceOrSkip(this);
    podSecurity = await podSecurityOrSkip(this);
    const names = ['administration', 'service-monitor'];
    sound = (await renderWith(kubectl, names)).yaml.split(/^---\n/m);
  });

  /** The objects of the base, of administration and the ServiceMonitor, one of them with the mistake. */
  function withMistake([, kind, from, to]: Mistake): { all: string; mistaken: string } {
    const place = sound.findIndex(
      (text) => text.includes(`\nkind: ${kind}\n`) && text.includes(from),
    );
    if (place < 0) throw new Error(`no ${kind} has "${from}"`);
    const mistaken = sound[place]?.replace(from, to) ?? '';
    return { all: sound.with(place, mistaken).join('---\n'), mistaken };
  }

  describe('find by schema a misspelt', () => {
    for (const mistake of AGAINST_SCHEMAS) {
      const [what, kind, , , says] = mistake;
      it(`${what} in a ${kind}`, async () => {
        for (const version of KUBERNETES_VERSIONS) {
          // oxlint-disable-next-line no-await-in-loop -- two versions
          const problems = await conformance.problems(withMistake(mistake).mistaken, version);
          expect(problems.join('\n'), version).to.match(says);
        }
      });
    }
  });

  describe('find in objects that a cluster would accept', () => {
    for (const mistake of AGAINST_RULES) {
      const [what, , , , says] = mistake;
      it(what, () => {
        expect(objectFaults(parseObjects(withMistake(mistake).all)).join('\n')).to.match(says);
      });
    }
  });

  describe('find by the admission plugin', () => {
    for (const mistake of AGAINST_SECURITY) {
      const [what, , , , says] = mistake;
      it(what, async () => {
        const violations = await podSecurity.violations(parseObjects(withMistake(mistake).all));
        expect(violations.join('\n')).to.match(says);
      });
    }
  });
});
