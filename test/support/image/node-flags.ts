import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDockerfile } from './dockerfile.ts';

const DOCKERFILE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'Dockerfile');

/** The flags with which the image starts Node. */
export function imageNodeFlags(): readonly string[] {
  const instructions = readDockerfile(readFileSync(DOCKERFILE, 'utf8'));
  const entry = instructions.find(({ name }) => name === 'ENTRYPOINT')?.text ?? '[]';
  return (JSON.parse(entry) as string[]).filter((word) => word.startsWith('--'));
}
