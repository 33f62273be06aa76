import { expect } from 'chai';
import { kubectlOrSkip } from '../support/deploy-tools.ts';
import { conformanceOrSkip } from '../support/kubeconform.ts';
import type { Conformance } from '../support/kubeconform.ts';
import { parseObjects } from '../support/kubernetes/kube-object.ts';
import { kustomizeFolders, render } from '../support/kubernetes/kustomize.ts';
import { objectFaults } from '../support/kubernetes/object-faults.ts';
import { podSecurityOrSkip } from '../support/kubernetes/pod-security.ts';
import type { PodSecurity } from '../support/kubernetes/pod-security.ts';
import { KUBERNETES_VERSIONS } from '../support/kubernetes-schemas.ts';

/** What is wrong, the text that is replaced in one object, its replacement, and what a check has to say. */
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
  ['a gRPC probe of no port', 'Deployment', 'port: 9001', 'port: 9003', /Probe asks port 9003/],
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
  ['a mount of no volume', 'Deployment', 'name: keys\n  ', 'name: key\n  ', /no volume of it/],
  ['a folder elsewhere', 'Deployment', '/etc/curfew', '/etc/curfews', /CURFEW_CONFIG names/],
  ['a file elsewhere', 'ConfigMap', 'curfew.keys', 'curfew.key', /KEY_FILE names .*not mounted/],
  [
    'no such Secret',
    'Deployment',
    'secretName: curfew-redis',
    'secretName: curfew-rediss',
    /which nobody makes/,
  ],
  ['no such policies', 'ConfigMap', 'curfew-policy', 'curfew-polices', /ConfigMap curfew-policy/],
  ['a Secret for everybody', 'Deployment', 'defaultMode: 288', 'defaultMode: 292', /every user/],
  ['no mode for a Secret', 'Deployment', 'defaultMode: 288', 'optional: false', /every user/],
  ['a setting', 'ConfigMap', 'CURFEW_DRAIN_DELAY', 'CURFEW_DRAINDELAY', /is no setting/],
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
    const folder = kustomizeFolders().find(({ name }) =>
      name.endsWith('components/service-monitor'),
    );
    if (folder === undefined) throw new Error('there is no component for a ServiceMonitor');
    sound = (await render(kubectl, folder)).yaml.split(/^---\n/m);
  });

  /** The objects of the base and its ServiceMonitor, one of them with the mistake. */
  function withMistake([, kind, from, to]: Mistake): { all: string; mistaken: string } {
    const place = sound.findIndex(
      (text) => text.includes(`\nkind: ${kind}\n`) && text.includes(from),
    );
    if (place < 0) throw new Error(`no ${kind} has "${from}"`);
    const mistaken = sound[place]?.replace(from, to) ?? '';
    return { all: sound.with(place, mistaken).join('---\n'), mistaken };
  }

  describe('see by schema a misspelt', () => {
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

  describe('see in what a cluster would accept', () => {
    for (const mistake of AGAINST_RULES) {
      const [what, , , , says] = mistake;
      it(what, () => {
        expect(objectFaults(parseObjects(withMistake(mistake).all)).join('\n')).to.match(says);
      });
    }
  });

  describe('see by the admission plugin', () => {
    for (const mistake of AGAINST_SECURITY) {
      const [what, , , , says] = mistake;
      it(what, async () => {
        const violations = await podSecurity.violations(parseObjects(withMistake(mistake).all));
        expect(violations.join('\n')).to.match(says);
      });
    }
  });
});
