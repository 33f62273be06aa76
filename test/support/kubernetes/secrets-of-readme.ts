import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { DEPLOY_FOLDER } from './kustomize.ts';
import type { KubeObject } from './kube-object.ts';
import type { SecretTexts } from './pod-files.ts';

/** The fenced block after `<!-- test: NAME -->` in the README about Kubernetes. */
export async function kubernetesReadmeBlock(name: string): Promise<string> {
  const text = await readFile(join(DEPLOY_FOLDER, 'kubernetes', 'README.md'), 'utf8');
  const found = new RegExp(`<!-- test: ${name} -->\\s+\`\`\`\\w*\\n([\\s\\S]*?)\n\`\`\``).exec(
    text,
  );
  if (found?.[1] === undefined) throw new Error(`there is no block "${name}"`);
  return found[1];
}

/**
 * The Secrets that the README's commands make. The commands run unchanged in a folder with the files that they need,
 * except that kubectl prints each Secret instead of sending it to a cluster.
 */
export async function secretsOfReadme(kubectl: string, folder: string): Promise<SecretTexts> {
  const blocks = await Promise.all(
    ['secrets', 'sentinel secrets', 'administration secrets'].map(kubernetesReadmeBlock),
  );
  const commands = blocks.join('\n').replaceAll('\\\n', '').split('\n');
  const secrets: Record<string, Record<string, string>> = {};
  for (const command of commands) {
    const isKubectl = command.startsWith('kubectl ');
    const line = isKubectl ? `"$KUBECTL" ${command.slice(8)} --dry-run=client -o yaml` : command;
    const env = { PATH: process.env['PATH'], KUBECTL: kubectl, HOME: folder };
    // oxlint-disable-next-line no-await-in-loop -- one command after the other
    const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: folder, env });
    if (!isKubectl) continue;
    const { metadata, data = {} } = parse(stdout) as KubeObject;
    secrets[metadata.name] = Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
    );
  }
  return secrets;
}
