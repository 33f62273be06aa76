import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOY_FOLDER } from '../kubernetes/kustomize.ts';

/** Commands that need a node or a controller: logs, port-forwarding, and waiting for either. */
const NEEDS_MORE = / (logs|port-forward|wait|undo) |istio-system/;

/** Words on a page that stand for something of the reader's own. */
const READERS_OWN: readonly (readonly [string, string])[] = [
  ['NAMESPACE_OF_ENVOY', 'envoy'],
  ['NAMESPACE_OF_PROMETHEUS', 'monitoring'],
  ['NAMESPACE_OF_CALLERS', 'shop'],
  ['YOUR_OVERLAY', 'deploy/kubernetes/overlays/production'],
];

/**
 * The commands in the blocks of a page that an API server alone can answer, in their order. `rollout status` does not
 * wait here.
 * @param page its path below the folder `deploy`
 */
export function pageCommands(page: string): string[] {
  let text = readFileSync(join(DEPLOY_FOLDER, page), 'utf8');
  for (const [words, own] of READERS_OWN) text = text.replaceAll(words, own);
  // A block in a list is indented, which Markdown takes off.
  const blocks = [...text.matchAll(/^( *)```sh\n(.*?)^\1```/gms)].map(
    ([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => /^(kubectl|openssl|echo) /.test(line) && !NEEDS_MORE.test(line))
    .map((line) => line.replace(/rollout status .*/, '$& --watch=false'));
}
