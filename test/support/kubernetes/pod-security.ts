import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { builtOrSkip } from '../programs/built-or-skip.ts';
import { provideGoProgram } from '../../../tools/provide-go-program.ts';
import { workloadsIn } from './kube-object.ts';
import type { KubeObject } from './kube-object.ts';

/** Checks rendered pods as the admission plugin of Kubernetes would. */
export interface PodSecurity {
  /**
   * The pods that the plugin would refuse, one line each, by the labels of their namespaces.
   * @throws if a pod has a field that Kubernetes does not know
   */
  violations(objects: readonly KubeObject[]): Promise<string[]>;
}

/** The plugin's own code, for a suite's `before`: without it the tests are skipped, and fail where CI is set. */
export async function podSecurityOrSkip(context: Mocha.Context): Promise<PodSecurity> {
  const folder = join(import.meta.dirname, '..', '..', 'programs', 'pod-security');
  const program = await builtOrSkip(
    context,
    'pod-security',
    provideGoProgram('pod-security', folder),
  );
  return {
    violations: async (objects) => {
      const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
      const answers = namespaces.map(({ metadata }) => {
        const pods = workloadsIn(objects)
          .filter(({ object }) => object.metadata.namespace === metadata.name)
          .map(({ title, labels, pod }) => ({ metadata: { name: title, labels }, spec: pod }));
        return ask(program, JSON.stringify({ namespaceLabels: metadata.labels, pods }));
      });
      return (await Promise.all(answers)).flatMap((text) => text.split('\n').filter(Boolean));
    },
  };
}

function ask(program: string, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr, { cause: error }));
    });
    child.stdin?.end(question);
  });
}
