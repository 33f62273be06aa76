import { expect } from 'chai';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warningsOfReaders } from '../../../src/app/secret-readers.ts';

describe('secret-readers', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-secret-'));
    path = join(folder, 'secret');
    await writeFile(path, 'secret', { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('warn of a file that everybody can read, and of no other', async () => {
    expect(await warningsOfReaders('key file', path)).to.deep.equal([]);
    await chmod(path, 0o644);
    const [warning, ...more] = await warningsOfReaders('key file', path);
    expect(warning).to.contain(path).and.contain('chmod 600');
    expect(more).to.deep.equal([]);
  });

  it('say nothing of a file that is gone since it was read, and do not fail whoever has read it', async () => {
    expect(await warningsOfReaders('key file', join(folder, 'gone'))).to.deep.equal([]);
  });
});
