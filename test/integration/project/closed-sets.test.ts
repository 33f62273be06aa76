import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from '../../support/processes/run-command.ts';

// A closed set is a union or a table that several rooms must treat completely. Each one here gets a
// dummy member, and then the compiler must name every file that has to say something about it.

const root = join(import.meta.dirname, '..', '..', '..');

interface ClosedSet {
  readonly name: string;
  readonly file: string;
  /** Text of the file, and the same text with one more member. */
  readonly edit: readonly [before: string, after: string];
  /** The files that do not compile with the dummy member. */
  readonly noticed: readonly string[];
}

const SETS: readonly ClosedSet[] = [
  {
    name: 'a reason that clients are given',
    file: 'src/verdict/reason.ts',
    edit: [
      '  idle_timeout: {',
      "  dummy: { class: 'deny', meaning: '', clientReason: 'dummy', isGone: true, isMendedByLogin: true },\n  idle_timeout: {",
    ],
    noticed: ['src/verdict/denial/client-words.ts'],
  },
  {
    name: 'a reason without its row',
    file: 'src/verdict/reason.ts',
    edit: ['  idle_timeout: {', "  dummy: { class: 'deny', meaning: '' },\n  idle_timeout: {"],
    noticed: ['src/verdict/denial/protocol-shapes.ts', 'src/verdict/reason.ts'],
  },
  {
    name: 'a way in which a session ends',
    file: 'src/session/session-record.ts',
    edit: ['export type EndedBy =\n', "export type EndedBy =\n  'dummy' |\n"],
    noticed: [
      'src/admin/wire/answer-schema.ts',
      'src/store/redis/decode-reply.ts',
      'src/store/redis/script-words.ts',
      'src/telemetry/metrics/session-metrics.ts',
      'src/verdict/reason.ts',
    ],
  },
  {
    name: 'a kind of client',
    file: 'src/verdict/denial/client-kind.ts',
    edit: ['export type ClientKind = Navigation', "export type ClientKind = Navigation | 'dummy'"],
    noticed: ['src/verdict/denial/build-deny.ts'],
  },
  {
    name: 'a place that holds the bytes of a credential',
    file: 'src/terms/credential-place.ts',
    edit: [
      'export type BytesPlace = CookiePlace',
      "export type BytesPlace = { readonly kind: 'dummy' } | CookiePlace",
    ],
    noticed: [
      'src/identity/read-place.ts',
      'src/identity/strip-credentials.ts',
      'src/policy/build/build-source.ts',
      'src/policy/checks/check-admission.ts',
      'src/policy/checks/check-source.ts',
      'src/terms/credential-place.ts',
      'src/terms/source-kind.ts',
      'src/verdict/denial/cleared-cookies.ts',
    ],
  },
];

describe('a closed set', function () {
  this.timeout(120_000); // the compiler runs once for each set
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-closed-sets-'));
    await cp(join(root, 'src'), join(folder, 'src'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const config = { extends: join(root, 'tsconfig.json'), include: ['src'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
  });
  after(() => rm(folder, { recursive: true }));

  it('compiles as it is', async () => {
    expect(await filesWithErrors()).to.deep.equal([]);
  });

  for (const { name, file, edit, noticed } of SETS) {
    it(`that gets ${name} does not compile until each place knows the new member`, async () => {
      const path = join(folder, file);
      const text = await readFile(path, 'utf8');
      const [before, after] = edit;
      expect(text.split(before), `"${before}" occurs once`).to.have.lengthOf(2);
      await writeFile(path, text.replace(before, after));
      try {
        expect(await filesWithErrors()).to.include.members(noticed);
      } finally {
        await writeFile(path, text);
      }
    });
  }

  async function filesWithErrors(): Promise<readonly string[]> {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = await runCommand(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder });
    const files = [...stdout.matchAll(/^(\S+)\(\d+,\d+\): error /gm)].map(([, path = '']) => path);
    return [...new Set(files)].toSorted();
  }
});
