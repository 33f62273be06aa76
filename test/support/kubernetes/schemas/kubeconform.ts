import { execFile } from 'node:child_process';
import { crdSchemasOrSkip } from './crd-schemas.ts';
import { kubeconformOrSkip } from '../../programs/deploy-tools.ts';
import { kubernetesSchemasOrSkip } from './kubernetes-schemas.ts';

/** Validates objects by the schemas of Kubernetes and of the custom resources that we ship. */
export interface Conformance {
  /**
   * The problems of the objects in a YAML text, one line each. Problems are an unknown field, a value of another type,
   * and a kind that no schema describes.
   * @param kubernetesVersion one of `KUBERNETES_VERSIONS`
   */
  problems(yaml: string, kubernetesVersion: string): Promise<string[]>;
}

interface Report {
  readonly resources: readonly {
    readonly kind: string;
    readonly name: string;
    readonly msg: string;
  }[];
  readonly summary: { readonly valid: number; readonly skipped: number };
}

/** kubeconform with all schemas, for a suite's `before`: without one of them its tests are skipped, and fail if CI is set. */
export async function conformanceOrSkip(context: Mocha.Context): Promise<Conformance> {
  const kubeconform = await kubeconformOrSkip(context);
  const locations = [await kubernetesSchemasOrSkip(context), await crdSchemasOrSkip(context)];
  return {
    problems: async (yaml, kubernetesVersion) => {
      const flags = locations.flatMap((location) => ['-schema-location', location]);
      flags.push('-strict', '-summary', '-output', 'json');
      flags.push('-kubernetes-version', kubernetesVersion);
      const { resources, summary } = JSON.parse(await runWith(kubeconform, flags, yaml)) as Report;
      if (resources.length === 0 && summary.valid === 0) return ['there are no objects'];
      return resources.map(({ kind, name, msg }) => `${kind}/${name} ${faultsIn(msg)}`);
    },
  };
}

/** The single faults in a message, which also reports a failure for each object above them. */
function faultsIn(message: string): string {
  const faults = message.split(/ - (?=at ')/).slice(1);
  const single = faults.map((fault) => fault.trim()).filter((fault) => !fault.endsWith('failed'));
  return single.join('; ') || message;
}

/** The output of a program for a text, for any exit code. */
function runWith(program: string, args: readonly string[], text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr || 'it printed nothing', { cause: error }));
      else resolve(stdout);
    });
    child.stdin?.end(text);
  });
}
