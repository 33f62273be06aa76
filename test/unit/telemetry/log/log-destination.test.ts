import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogDestination } from '../../../../src/telemetry/log/log-destination.ts';

const LINE = `${'x'.repeat(999)}\n`;

describe('log-destination', () => {
  let folder: string;
  let path: string;
  let fd: number;
  let dropped: number;
  let destination: LogDestination;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-log-'));
    path = join(folder, 'log');
    fd = openSync(path, 'a');
    dropped = 0;
    destination = new LogDestination(fd, (lines) => {
      dropped += lines;
    });
  });

  afterEach(async () => {
    destination.close();
    closeSync(fd);
    await rm(folder, { recursive: true });
  });

  it('writes lines in order', async () => {
    for (let line = 0; line < 500; line += 1) destination.write(`${line}\n`);
    expect(await destination.flush(1_000)).to.equal(true);
    expect(readFileSync(path, 'utf8')).to.equal([...Array(500).keys(), ''].join('\n'));
    expect(dropped).to.equal(0);
  });

  it('keeps no more than its limit, and counts what it drops', async () => {
    // All in one turn of the event loop: nothing can be written in between.
    for (let line = 0; line < 3_000; line += 1) destination.write(LINE);
    expect(dropped).to.be.within(1_900, 2_100);
    await destination.flush(1_000);
    expect(readFileSync(path).length).to.equal((3_000 - dropped) * LINE.length);
  });

  it('drops lines after it was closed', () => {
    destination.close();
    destination.write('late\n');
    expect(dropped).to.equal(1);
  });

  describe('on a pipe that is not read', () => {
    // A separate process, because its stdout is the pipe.
    const program = `
      import { LogDestination } from ${JSON.stringify(new URL('../../../../src/telemetry/log/log-destination.ts', import.meta.url).href)};
      let dropped = 0;
      const destination = new LogDestination(1, (lines) => { dropped += lines; });
      let turns = 0;
      const timer = setInterval(() => { turns += 1; }, 5);
      for (let line = 0; line < 3000; line += 1) destination.write('x'.repeat(999) + '\\n');
      setTimeout(async () => {
        const flushed = await destination.flush(100);
        clearInterval(timer);
        process.stderr.write(JSON.stringify({ dropped, turns, flushed }) + '\\n');
        process.exit(0);
      }, 300);
    `;

    async function run(
      prepare: (child: ChildProcess) => void,
    ): Promise<{ report: { dropped: number; turns: number; flushed: boolean }; code: unknown }> {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      prepare(child);
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const code = await new Promise((resolve) => child.once('exit', resolve));
      child.stdout.destroy();
      return { report: JSON.parse(text) as never, code };
    }

    it('keeps the event loop turning, drops lines, and lets the process end', async () => {
      const { report, code } = await run(() => undefined); // only Node's own buffer is filled
      expect(code).to.equal(0);
      expect(report.flushed).to.equal(false);
      expect(report.dropped).to.be.greaterThan(1_500);
      expect(report.turns).to.be.greaterThan(20);
    });

    it('goes on after the reader has gone', async () => {
      const { report, code } = await run((child) => child.stdout?.destroy());
      expect(code).to.equal(0);
      expect(report.dropped).to.equal(3_000);
    });
  });
});
