import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { envoyOrSkip } from '../support/provision.ts';

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
