import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOY_FOLDER } from './kustomize.ts';

/** What needs a node or a controller: logs, doors to pods, and waiting for either. */
const NEEDS_MORE = / (logs|port-forward|wait|undo) |istio-system/;

/** What stands in a page for something of the reader's own. */
const READERS_OWN: readonly (readonly [string, string])[] = [
  ['NAMESPACE_OF_ENVOY', 'envoy'],
  ['NAMESPACE_OF_PROMETHEUS', 'monitoring'],
  ['YOUR_OVERLAY', 'deploy/kubernetes/overlays/production'],
];

/**
 * The commands in the blocks of a page that an API server alone can answer, in their order. `rollout status` does not
 * wait there.
 * @param page from the folder `deploy` on
 */
export function pageCommands(page: string): string[] {
  let text = readFileSync(join(DEPLOY_FOLDER, page), 'utf8');
  for (const [words, own] of READERS_OWN) text = text.replaceAll(words, own);
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => /^(kubectl|openssl) /.test(line) && !NEEDS_MORE.test(line))
    .map((line) => line.replace(/rollout status .*/, '$& --watch=false'));
}
