import { expect } from 'chai';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { permissionWarnings } from '../../../src/files/secret-permissions.ts';

describe('secret-permissions', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-secret-'));
    path = join(folder, 'secret');
    await writeFile(path, 'secret', { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('warns of a file that every user can read, and of no other', async () => {
    expect(await permissionWarnings('key file', path)).to.deep.equal([]);
    await chmod(path, 0o644);
    const [warning, ...more] = await permissionWarnings('key file', path);
    expect(warning).to.contain(path).and.contain('chmod 600');
    expect(more).to.deep.equal([]);
  });

  it('accepts a file that has gone since it was read', async () => {
    expect(await permissionWarnings('key file', join(folder, 'gone'))).to.deep.equal([]);
  });
});
