import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mountVolume } from '../support/mounted-volume.ts';
import { mutualTlsEnvoy } from '../support/mutual-tls-envoy.ts';
import { envoyOrSkip } from '../support/provision.ts';
import { selfSigned } from '../support/self-signed.ts';

const run = promisify(execFile);
const file = join(import.meta.dirname, '..', '..', 'deploy', 'envoy', 'envoy.yaml');

describe('deploy/envoy/envoy.yaml', () => {
  it('is valid as it is, and nothing in it is deprecated', async function () {
    const envoy = await envoyOrSkip(this);
    const { stdout, stderr } = await run(envoy, ['--mode', 'validate', '--config-path', file]);
    expect(stdout + stderr).to.include(`configuration '${file}' OK`);
    expect(stdout + stderr).not.to.match(/deprecated|\]\[(warning|error|critical)\]/i);
  });
});

describe('deploy/envoy/mutual-tls.yaml', () => {
  it('is valid with its files in place, and nothing in it is deprecated', async function () {
    const envoy = await envoyOrSkip(this);
    const { cert, key } = selfSigned();
    const volume = await mountVolume({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': cert });
    const { config, remove } = await mutualTlsEnvoy(volume.folder, [9001], 8080);
    const edited = join(volume.folder, 'envoy.yaml');
    await writeFile(edited, config);
    const { stdout, stderr } = await run(envoy, ['--mode', 'validate', '--config-path', edited]);
    expect(stdout + stderr).to.include(`configuration '${edited}' OK`);
    expect(stdout + stderr).not.to.match(/deprecated|\]\[(warning|error|critical)\]/i);
    await remove();
    await volume.remove();
  });
});
