import { expect } from 'chai';
import { startProcess } from '../../support/processes/child-process.ts';

describe('a process of a test', () => {
  it('has a log whose lines are whole, although both streams write at a time', async () => {
    // Slow enough that the pipes deliver each part alone; if they do not, the lines are whole anyway.
    const program = `
      const write = (stream, text) => new Promise((done) => stream.write(text, () => setTimeout(done, 20)));
      await write(process.stdout, 'first ');
      await write(process.stderr, 'fault one\\n');
      await write(process.stdout, 'line\\nsecond ');
      await write(process.stderr, 'fault ');
      await write(process.stdout, 'line\\n');
      await write(process.stderr, 'two\\n');
    `;
    const child = await startProcess(process.execPath, ['--input-type=module', '-e', program]);
    await child.ended();
    const lines = child.log().split('\n');
    expect(lines).to.have.members(['first line', 'second line', 'fault one', 'fault two', '']);
  });

  it('keeps the last lines of a long log, and each of them whole', async () => {
    const program = `for (let at = 0; at < 20_000; at += 1) console.log('line ' + String(at).padStart(20, '0'));`;
    const child = await startProcess(process.execPath, ['-e', program]);
    await child.ended();
    const lines = child.log().trimEnd().split('\n');
    expect(lines.length).to.be.within(9_000, 19_000);
    expect(lines.at(-1)).to.match(/^line 0+19999$/);
    for (const line of lines) expect(line).to.match(/^line \d{20}$/);
  });
});
