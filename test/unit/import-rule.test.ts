import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

// The linter holds the same rule, folder by folder. Here it is once more, without the linter: what
// each stage may import, and everything else it may not.

interface Allowed {
  /** Other folders of src; a folder's own files are always allowed. */
  readonly folders: readonly string[];
  readonly packages: RegExp;
}

const NOTHING = /^$/;
const RULES: Record<string, Allowed> = {
  session: { folders: [], packages: NOTHING },
  identity: { folders: ['session'], packages: NOTHING },
  policy: { folders: ['session'], packages: NOTHING },
  verdict: { folders: ['session'], packages: NOTHING },
  store: { folders: ['session'], packages: /^(ioredis$|node:)/ },
  authz: { folders: ['identity', 'policy', 'session', 'verdict'], packages: /^node:/ },
  http2: { folders: [], packages: /^node:/ },
  transport: { folders: ['authz', 'http2'], packages: /^(@grpc\/|grpc-health-check$|node:)/ },
};
const PARSERS = /^policy\/(parse-[^/]*|[^/]*schema[^/]*)\.ts$/;
const PARSER_PACKAGES = /^(yaml|zod)$/;

/** Why `file` (a path below src) may not import `target`; undefined where it may. */
function objection(file: string, target: string, isTypeOnly: boolean): string | undefined {
  const folder = file.split('/')[0] ?? '';
  const rule = RULES[folder];
  if (rule === undefined) return undefined;
  if (!target.startsWith('.')) {
    const packages = PARSERS.test(file) ? PARSER_PACKAGES : rule.packages;
    return packages.test(target) ? undefined : `${file} imports the package ${target}`;
  }
  const path = posix.join(posix.dirname(file), target);
  const other = path.split('/')[0] ?? '';
  const isOutsideHpack = file.startsWith('http2/hpack/') && !path.startsWith('http2/hpack/');
  if (other === folder) return isOutsideHpack ? `${file} imports ${path}` : undefined;
  if (!rule.folders.includes(other)) return `${file} imports ${path}`;
  if (folder === 'transport' && other === 'authz' && !isTypeOnly)
    return `${file} imports more than types of ${path}`;
  return undefined;
}

// import … from 'x', export … from 'x', import 'x', import('x')
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*['"`]([^'"`]+)/gm;

function objections(file: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, type, target, dynamic]) => {
    const found = objection(file, target ?? dynamic ?? '', type !== undefined);
    return found === undefined ? [] : [found];
  });
}

describe('import rule', () => {
  it('is kept by every file of src', () => {
    const src = join(import.meta.dirname, '..', '..', 'src');
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts'));
    const found = sources.flatMap((file) =>
      objections(file, readFileSync(join(src, file), 'utf8')),
    );
    expect(sources).to.not.be.empty;
    expect(found).to.deep.equal([]);
  });

  const broken: [string, string][] = [
    ['session/a.ts', `import { b } from '../policy/b.ts';`],
    ['session/a.ts', `import { hash } from 'node:crypto';`],
    ['identity/a.ts', `import type { Reason } from '../verdict/reason.ts';`],
    ['identity/a.ts', `export { b } from '../policy/b.ts';`],
    ['policy/select.ts', `import { parse } from 'yaml';`],
    ['policy/parse-file.ts', `import { readFileSync } from 'node:fs';`],
    ['verdict/a.ts', `import {\n  b,\n  c,\n} from '../policy/b.ts';`],
    ['verdict/a.ts', `await import('../store/b.ts');`],
    ['store/a.ts', `import '../authz/b.ts';`],
    ['store/a.ts', `import pino from 'pino';`],
    ['authz/a.ts', `import type { Redis } from 'ioredis';`],
    ['authz/a.ts', `import { b } from '../store/b.ts';`],
    ['authz/a.ts', `import { b } from '../transport/b.ts';`],
    ['http2/a.ts', `import type { Handler } from '../transport/b.ts';`],
    ['http2/hpack/a.ts', `import { b } from '../../session/b.ts';`],
    ['http2/hpack/a.ts', `import type { B } from '../b.ts';`],
    ['http2/a.ts', `import { Server } from '@grpc/grpc-js';`],
    ['transport/a.ts', `import { trace } from '@opentelemetry/api';`],
    ['transport/a.ts', `import { handle } from '../authz/b.ts';`],
    ['transport/a.ts', `import type { Verdict } from '../verdict/verdict.ts';`],
  ];
  for (const [file, text] of broken) {
    it(`forbids ${file} to say ${text.replaceAll('\n', ' ')}`, () => {
      expect(objections(file, text)).to.have.lengthOf(1);
    });
  }

  const kept: [string, string][] = [
    ['session/a.ts', `import { b } from './b.ts';`],
    ['policy/parse-file.ts', `import { z } from 'zod';\nimport { parseDocument } from 'yaml';`],
    ['policy/a.ts', `import type { B } from '../session/b.ts';`],
    ['store/a.ts', `import { Redis } from 'ioredis';\nimport { readFileSync } from 'node:fs';`],
    ['authz/a.ts', `import { b } from '../identity/b.ts';\nimport { c } from './c.ts';`],
    ['transport/a.ts', `import type { Handler } from '../authz/b.ts';`],
    ['http2/a.ts', `import { Socket } from 'node:net';\nimport { b } from './hpack/b.ts';`],
    ['transport/a.ts', `import { Server } from '@grpc/grpc-js';`],
    ['transport/a.ts', `import { UnaryServer } from '../http2/b.ts';`],
    ['app/a.ts', `import { b } from '../store/b.ts';`],
  ];
  for (const [file, text] of kept) {
    it(`allows ${file} to say ${text.replaceAll('\n', ' ')}`, () => {
      expect(objections(file, text)).to.deep.equal([]);
    });
  }
});
