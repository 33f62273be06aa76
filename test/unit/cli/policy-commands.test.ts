import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCheckConfig } from '../../../src/cli/check-config.ts';
import { runPresets } from '../../../src/cli/presets.ts';
import { runSchema } from '../../../src/cli/schema.ts';

/** Catches what a command writes. */
function catchText(): {
  out(text: string): void;
  err(text: string): void;
  outText: string;
  errText: string;
} {
  return {
    outText: '',
    errText: '',
    out(text) {
      this.outText += text;
    },
    err(text) {
      this.errText += text;
    },
  };
}

const GOOD = `version: 1
sources: [{ name: web, cookie: sid, opening: registered }]
policies: [{ name: default, idle: 1h, absolute: 12h }]
`;

describe('check-config', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'curfew-check-config-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('finds nothing wrong with a good file', async () => {
    const io = catchText();
    const path = write('good.yaml', GOOD);
    expect(await runCheckConfig(path, io)).to.equal(0);
    expect(io.outText).to.equal(`${path}: ok (1 source, 1 policy)\n`);
    expect(io.errText).to.equal('');
  });

  it('finds nothing wrong with the example', async () => {
    const io = catchText();
    expect(await runCheckConfig('deploy/curfew.yaml', io)).to.equal(0);
    expect(io.errText).to.equal('');
  });

  it('tells warnings, and serves the file all the same', async () => {
    const io = catchText();
    const path = write(
      'warned.yaml',
      GOOD.replace('absolute: 12h', 'absolute: 12h, on_expiry: challenge'),
    );
    expect(await runCheckConfig(path, io)).to.equal(0);
    expect(io.outText).to.equal(`${path}: ok (1 source, 1 policy, 1 warning)\n`);
    expect(io.errText).to.match(
      /^\S+:3:65: warning: policy "default", on_expiry: .+\n {2}hint: .+\n$/,
    );
  });

  it('tells all problems with their place and a hint', async () => {
    const io = catchText();
    const path = write('bad.yaml', GOOD.replace('cookie', 'coockie').replace('1h', '13h'));
    expect(await runCheckConfig(path, io)).to.equal(2);
    expect(io.outText).to.equal('');
    expect(io.errText).to.equal(
      `${path}:2:24: source "web", coockie: is not known here\n  hint: did you mean "cookie"?\n` +
        `${path}:3:35: policy "default", idle: the idle timeout (13h) is longer than the absolute timeout (12h)\n` +
        `  hint: it could never be reached\n${path}: 2 problems\n`,
    );
  });

  it('tells in one line what cannot be read', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const paths = [
      join(folder, 'absent.yaml'),
      folder,
      pipe,
      '/dev/zero',
      write('binary', Uint8Array.of(0xff, 0, 0xfe)),
    ];
    const told = await Promise.all(
      paths.map(async (path) => {
        const io = catchText();
        const code = await runCheckConfig(path, io);
        return code === 2 && io.errText.startsWith(path) && io.errText.split('\n').length <= 4;
      }),
    );
    expect(told).to.deep.equal(paths.map(() => true));
  });
});

describe('schema', () => {
  it('prints a JSON Schema', () => {
    const io = catchText();
    expect(runSchema(io)).to.equal(0);
    expect(JSON.parse(io.outText)).to.deep.include({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Curfew policy file',
    });
  });
});

describe('presets', () => {
  it('prints a table with citations', () => {
    const io = catchText();
    expect(runPresets(io)).to.equal(0);
    expect(io.outText).to.match(/^preset +idle +absolute +citation$/m);
    expect(io.outText).to.match(/^pci-dss-4 +15m +12h\* +PCI DSS v4\.0\.1 8\.2\.8$/m);
    expect(io.outText).to.match(/^nist-63b4-aal1 +off +30d +/m);
    expect(io.outText).to.match(/chosen by this product/);
  });
});
