import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceLine, withHosts } from './edge-config.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'envoy');

/** `deploy/envoy/mutual-tls.yaml` with only its addresses and paths changed. */
export interface MutualTlsEnvoy {
  readonly config: string;
  remove(): Promise<void>;
}

/** @param tlsFolder holds tls.crt, tls.key and ca.crt of Envoy */
export async function mutualTlsEnvoy(
  tlsFolder: string,
  curfews: readonly number[],
  web: number,
): Promise<MutualTlsEnvoy> {
  const secrets = await mkdtemp(join(tmpdir(), 'curfew-sds-'));
  for (const name of ['curfew-client.yaml', 'curfew-authority.yaml']) {
    // oxlint-disable-next-line no-await-in-loop -- two small files
    const text = await readFile(join(folder, 'sds', name), 'utf8');
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(secrets, name), text.replaceAll('/etc/envoy/tls', tlsFolder));
  }
  let config = await readFile(join(folder, 'mutual-tls.yaml'), 'utf8');
  config = replaceLine(config, '0.0.0.0, port_value: 8080', [0]);
  config = replaceLine(config, 'curfew, port_value: 9001', curfews);
  config = replaceLine(config, 'app, port_value: 8080', [web]);
  return {
    config: withHosts(config, ['*']).replaceAll('path: /etc/envoy/sds/', `path: ${secrets}/`),
    remove: () => rm(secrets, { recursive: true, force: true }),
  };
}
