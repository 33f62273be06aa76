import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROCESS_SETTINGS } from '../../../src/settings/process-settings.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MAIN = join(ROOT, 'src', 'main.ts');
const EXAMPLE = join(ROOT, 'deploy', 'curfew.yaml');

function curfew(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

describe('process command line', () => {
  it('prints the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(curfew('--version')).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
  });

  it('prints help with every command, examples and exit codes', () => {
    const { code, out } = curfew('--help');
    expect(code).to.equal(0);
    for (const word of [
      'serve',
      'healthcheck',
      'check-config',
      'explain',
      'schema',
      'presets',
      'sessions',
      'subjects',
      'status',
      'Examples:',
      'Exit codes:',
    ]) {
      expect(out).to.contain(word);
    }
  });

  it('names the variable and the default of every setting in the help of serve', () => {
    const { out } = curfew('serve', '--help');
    expect(out.replaceAll(/\s+/g, ' ')).to.contain('default 127.0.0.1:9001 [CURFEW_GRPC_ADDRESS]');
    expect(out.match(/\[CURFEW_/g)).to.have.length(PROCESS_SETTINGS.length);
  });

  for (const [what, args] of [
    ['nothing at all', []],
    ['an unknown command', ['sevre']],
    ['an unknown flag', ['schema', '--josn']],
    ['an argument too few', ['check-config']],
    ['an argument too many', ['presets', 'all']],
    ['a flag without its value', ['serve', '--config']],
  ] as const) {
    it(`answers ${what} with exit code 2 and a message on stderr`, () => {
      const { code, out, err } = curfew(...args);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.not.equal('');
    });
  }

  it('suggests what was meant', () => {
    expect(curfew('sevre').err).to.match(/Did you mean serve\?/);
  });

  it('checks, explains and describes policy files', () => {
    expect(curfew('check-config', EXAMPLE).code).to.equal(0);
    expect(
      curfew('explain', '--config', EXAMPLE, '--url', 'http://localhost/payments/1').out,
    ).to.contain('Judged by "payments"');
    expect(JSON.parse(curfew('schema').out)).to.be.an('object');
    expect(curfew('presets').out).to.contain('pci-dss-4');
  });

  it('prints long answers completely into a pipe, and ignores a reader that leaves', () => {
    const pipe = (reader: string) =>
      spawnSync('sh', ['-c', `"$0" "$1" schema | ${reader}`, process.execPath, MAIN], {
        encoding: 'utf8',
      });
    expect(JSON.parse(pipe('(sleep 0.3; cat)').stdout)).to.be.an('object');
    expect(pipe('head -c 1').stderr).to.equal('');
  });
});
