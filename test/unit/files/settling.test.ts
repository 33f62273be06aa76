import { expect } from 'chai';
import { Settling } from '../../../src/files/settling.ts';
import type { FilesReading } from '../../../src/files/read-file.ts';

/** Two files, each as its real path and its content. */
const reading = (...files: readonly (readonly [realPath: string, text: string])[]) =>
  ({
    kind: 'content',
    files: files.map(([realPath, text]) => ({ kind: 'content', text, hash: text, realPath })),
    hash: files.map(([, text]) => text).join(' '),
  }) as const satisfies FilesReading;
const gone: FilesReading = { kind: 'unreadable', why: 'it does not exist' };

const FIRST = reading(['/v1/cert', 'cert 1'], ['/v1/key', 'key 1']);
const IN_USE = ['cert 1', 'key 1'];

describe('settling', () => {
  let settling: Settling;
  const wait = (seen: FilesReading, nowMs: number) => settling.waitMs(seen, IN_USE, nowMs);
  beforeEach(() => {
    settling = new Settling(FIRST);
  });

  it('takes a file that is saved in place after two equal readings 300 ms apart', () => {
    const saved = reading(['/v1/cert', 'cert 2'], ['/v1/key', 'key 1']);
    expect([wait(saved, 0), wait(saved, 100), wait(saved, 299), wait(saved, 300)]).to.deep.equal([
      300, 200, 1, 0,
    ]);
  });

  it('begins again when the file changes once more, also back to what it was in between', () => {
    const half = reading(['/v1/cert', 'cer'], ['/v1/key', 'key 1']);
    const whole = reading(['/v1/cert', 'cert 2'], ['/v1/key', 'key 1']);
    expect([wait(half, 0), wait(whole, 299), wait(half, 300), wait(half, 599)]).to.deep.equal([
      300, 300, 300, 1,
    ]);
  });

  it('takes a swap of symlinks at once, also if only one of two files differs', () => {
    expect(wait(reading(['/v2/cert', 'cert 2'], ['/v2/key', 'key 2']), 0)).to.equal(0);
    expect(wait(reading(['/v3/cert', 'cert 1'], ['/v3/key', 'key 3']), 1)).to.equal(0);
  });

  it('waits for a file that is saved in place while another one is swapped', () => {
    expect(wait(reading(['/v2/cert', 'cert 2'], ['/v1/key', 'ke']), 0)).to.equal(300);
  });

  it('waits after a swap for what is then saved in place', () => {
    expect(wait(reading(['/v2/cert', 'cert 2'], ['/v2/key', 'key 2']), 0)).to.equal(0);
    expect(wait(reading(['/v2/cert', 'cert'], ['/v2/key', 'key 2']), 10)).to.equal(300);
  });

  it('waits for a file that is missing: an editor may be writing it again', () => {
    expect([wait(gone, 0), wait(gone, 299), wait(gone, 300)]).to.deep.equal([300, 1, 0]);
  });

  it('forgets a change that was taken back', () => {
    const half = reading(['/v1/cert', 'cer'], ['/v1/key', 'key 1']);
    expect(wait(half, 0)).to.equal(300);
    settling.unchanged(FIRST);
    expect(wait(half, 1_000)).to.equal(300);
  });
});
