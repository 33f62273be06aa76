import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCheckConfig } from '../../../src/cli/check-config.ts';
import { runPresets } from '../../../src/cli/presets.ts';
import { runSchema } from '../../../src/cli/schema.ts';

/** Catches what a command writes. */
function catchText(input = ''): {
  out(text: string): void;
  err(text: string): void;
  readInput(): Promise<string>;
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
    readInput: () => Promise.resolve(input),
  };
}

const TEXT = { json: false };
const GOOD = `version: 1
sources: [{ name: web, cookie: sid, opening: registered }]
policies: [{ name: default, idle: 1h, absolute: 12h, streams: passive }]
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
    expect(await runCheckConfig(path, TEXT, io)).to.equal(0);
    expect(io.outText).to.equal(
      `${path}: ok (1 source, 1 policy)\n` +
        '  policy "default", on expiry end: no other policy lets a session live longer\n',
    );
    expect(io.errText).to.equal('');
  });

  it('prints notes where a reader of the result sees them', async () => {
    const io = catchText();
    const path = write('noted.yaml', GOOD.replace(', streams: passive', ''));
    expect(await runCheckConfig(path, TEXT, io)).to.equal(0);
    expect(io.outText).to.match(/^\S+:3:12: note: policy "default": .+\n {2}hint: .+\n\S+: ok \(/);
    expect(io.errText).to.equal('');
  });

  it('finds nothing wrong with the example', async () => {
    const io = catchText();
    expect(await runCheckConfig('deploy/curfew.yaml', TEXT, io)).to.equal(0);
    expect(io.errText).to.equal('');
  });

  it('prints warnings, and serves the file all the same', async () => {
    const io = catchText();
    const path = write(
      'warned.yaml',
      GOOD.replace('absolute: 12h', 'absolute: 12h, on_expiry: challenge'),
    );
    expect(await runCheckConfig(path, TEXT, io)).to.equal(0);
    expect(io.outText).to.contain(`${path}: ok (1 source, 1 policy, 1 warning)\n`);
    expect(io.errText).to.match(
      /^\S+:3:65: warning: policy "default", on_expiry: .+\n {2}hint: .+\n$/,
    );
  });

  it('prints all problems with their place and a hint', async () => {
    const io = catchText();
    const path = write('bad.yaml', GOOD.replace('cookie', 'coockie').replace('1h', '13h'));
    expect(await runCheckConfig(path, TEXT, io)).to.equal(2);
    expect(io.outText).to.equal('');
    expect(io.errText).to.equal(
      `${path}:2:24: source "web", coockie: is not a known key\n  hint: did you mean "cookie"?\n` +
        `${path}:3:35: policy "default", idle: the idle timeout (13h) is longer than the absolute timeout (12h)\n` +
        `  hint: shorten \`idle\` or lengthen \`absolute\`: such an idle timeout can never be reached\n${path}: 2 problems\n`,
    );
  });

  it('prints warnings beside the problems, those of key files included', async () => {
    const io = catchText();
    const path = write(
      'bad-and-risky.yaml',
      `version: 1
sources:
  - { name: web, cookie: _oauth2_proxy, opening: first-use, credential_lifetime: 30d }
  - { name: api, jwt: { issuer: i, audience: a, jwks_file: ${folder}/absent.json, per_login: true, leewy: 1s } }
policies: [{ name: default, idle: 13h, absolute: 12h, streams: passive }]
`,
    );
    expect(await runCheckConfig(path, TEXT, io)).to.equal(2);
    expect(io.outText).to.equal('');
    const lines = io.errText.split('\n').filter((line) => line.startsWith(path));
    // Its column depends on the name of the folder.
    const shown = lines.map((line) => line.slice(path.length + 1).replace(/^4:1\d\d/, '4:NN'));
    expect(shown).to.deep.equal([
      '4:NN: source "api", jwt.leewy: is not a known key',
      '5:35: policy "default", idle: the idle timeout (13h) is longer than the absolute timeout (12h)',
      '3:26: warning: source "web", cookie: "_oauth2_proxy" is signed again by oauth2-proxy whenever it refreshes the login: each new value is a new session, so no absolute timeout is ever reached',
      `4:60: warning: source "api", jwt.jwks_file: ${folder}/absent.json does not exist`,
      ' 2 problems, 2 warnings',
    ]);
  });

  it('says in one line what cannot be read', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const paths = [
      join(folder, 'absent.yaml'),
      folder,
      pipe,
      '/dev/zero',
      write('binary', Uint8Array.of(0xff, 0, 0xfe)),
    ];
    const printed = await Promise.all(
      paths.map(async (path) => {
        const io = catchText();
        const code = await runCheckConfig(path, TEXT, io);
        return code === 2 && io.errText.startsWith(path) && io.errText.split('\n').length <= 4;
      }),
    );
    expect(printed).to.deep.equal(paths.map(() => true));
  });
});

describe('check-config of a file that an earlier version accepted', () => {
  const OLD = `version: 1
sources: [{ name: api, jwt: { issuer: i, audience: a, jwks_file: absent.json }, opening: registered }]
policies: [{ name: default, idle: 1h, absolute: 12h, streams: passive }]
`;

  it('refuses it, and says that it starts', async () => {
    const io = catchText(OLD);
    expect(await runCheckConfig('-', TEXT, io)).to.equal(2);
    expect(io.errText).to.match(
      /^<stdin>:2:29: source "api", jwt\.per_login: is missing, and false/,
    );
    expect(io.errText).to.match(
      /\n<stdin>: 1 problem, 1 warning; `curfew serve` still starts with it, because an earlier version .+\n$/,
    );
    expect(io.outText).to.not.contain('ok (');
  });

  it('says the same to programs', async () => {
    const io = catchText(OLD);
    expect(await runCheckConfig('-', { json: true }, io)).to.equal(2);
    const found = JSON.parse(io.outText) as Record<string, unknown>;
    expect(found).to.include({ file: '<stdin>', ok: false, starts: true });
    expect(found['problems']).to.have.length(1);
    expect(found['policies']).to.deep.equal([
      { policy: 'default', on_expiry: { api: { on_expiry: 'end', why: 'loosest' } } },
    ]);
    expect(io.errText).to.equal('');
  });
});

describe('check-config of key files', () => {
  const withKeys = (path: string): string => `version: 1
sources:
  - name: api
    jwt: { issuer: i, audience: a, jwks_file: ${path}, per_login: true }
    opening: registered
policies: [{ name: default, idle: 1h, absolute: 12h, streams: passive }]
`;

  it('warns of one that cannot be read, with its place', async () => {
    const io = catchText(withKeys('/absent/keys.json'));
    expect(await runCheckConfig('-', TEXT, io)).to.equal(0);
    expect(io.errText).to.match(
      /^<stdin>:4:47: warning: source "api", jwt\.jwks_file: \/absent\/keys\.json does not exist\n {2}hint: /,
    );
    expect(io.outText).to.contain('1 warning');
  });

  it('says nothing of one that is there', async () => {
    const io = catchText(withKeys(join(import.meta.dirname, 'policy-commands.test.ts')));
    expect(await runCheckConfig('-', TEXT, io)).to.equal(0);
    expect(io.errText).to.equal('');
  });
});

describe('check-config --before', () => {
  const OLD = 'test/fixtures/policies/valid/minimal.yaml';
  const STRICTER = `version: 1
sources: [{ name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }]
policies:
  - { name: login, match: [{ path: /login }, { path: /favicon.ico }], session: login }
  - { name: payments, match: [{ path: /pay/** }], idle: 5m, absolute: 8h }
  - { name: default, idle: 2h, absolute: 12h }
`;

  it('lists what differs in effect', async () => {
    const io = catchText(STRICTER);
    expect(await runCheckConfig('-', { before: OLD, json: false }, io)).to.equal(0);
    expect(io.outText.slice(io.outText.indexOf('What differs'))).to.equal(
      'What differs:\n' +
        '  source "web" changed\n' +
        '      touch_interval: 1m -> 30s\n' +
        '  policy "login" added\n' +
        '  policy "payments" added\n' +
        '  policy "default" changed\n' +
        '      idle: 1h -> 2h\n',
    );
  });

  it('lists the same for programs', async () => {
    const io = catchText(STRICTER);
    expect(await runCheckConfig('-', { before: OLD, json: true }, io)).to.equal(0);
    const { changes } = JSON.parse(io.outText) as { readonly changes: object };
    expect(changes).to.deep.equal({
      file: [],
      sources: [
        {
          name: 'web',
          change: 'changed',
          settings: [{ setting: 'touch_interval', before: '1m', after: '30s' }],
        },
      ],
      policies: [
        { name: 'login', change: 'added', settings: [] },
        { name: 'payments', change: 'added', settings: [] },
        {
          name: 'default',
          change: 'changed',
          settings: [{ setting: 'idle', before: '1h', after: '2h' }],
        },
      ],
    });
  });

  it('says that nothing differs', async () => {
    const io = catchText();
    expect(await runCheckConfig(OLD, { before: OLD, json: false }, io)).to.equal(0);
    expect(io.outText).to.match(/\nNo effective setting differs\.\n$/);
  });

  it('compares with a file that is refused now but starts', async () => {
    const io = catchText(STRICTER);
    const before = 'test/fixtures/policies/assumed/per-login-missing.yaml';
    expect(await runCheckConfig('-', { before, json: false }, io)).to.equal(0);
    expect(io.outText).to.contain('  source "a" removed\n');
  });

  it('says what is wrong with the file to compare with', async () => {
    const io = catchText(STRICTER);
    const before = 'test/fixtures/policies/mistakes/duration-zero.yaml';
    expect(await runCheckConfig('-', { before, json: false }, io)).to.equal(2);
    expect(io.errText).to.match(/^test\/fixtures\/.+: policy "default", idle: must be longer than/);
    expect(io.outText).to.equal('');
  });

  it('reads standard input for one of the two only', async () => {
    const io = catchText(STRICTER);
    expect(await runCheckConfig('-', { before: '-', json: false }, io)).to.equal(2);
    expect(io.errText).to.equal('curfew: only one of the two files can be standard input\n');
    const other = catchText(STRICTER);
    expect(await runCheckConfig(OLD, { before: '-', json: false }, other)).to.equal(0);
    expect(other.outText).to.contain('      idle: 2h -> 1h\n');
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
