import { expect } from 'chai';
import { posix } from 'node:path';
import { importsOf, sourceFiles } from './source-files.ts';

// The linter checks the same rule, room by room. This test repeats it without the linter: which
// rooms and which packages each room may import.

/** From the top down: a room may import only rooms that come after it. */
const ORDER = [
  'main.ts',
  'cli',
  'app',
  'telemetry',
  'settings',
  'keys',
  'tokens',
  'admin',
  'process',
  'files',
  'transport',
  'authz',
  'leases',
  'verdict',
  'identity',
  'policy',
  'store',
  'session',
  'terms',
  'http2',
  'timing',
];

interface Allowed {
  /** Other rooms of src; a room's own files are always allowed. */
  readonly rooms: readonly string[];
  readonly packages: RegExp;
}

const NOTHING = /^$/;
const NODE = /^node:/;
const STAGES = ['verdict', 'identity', 'policy', 'session', 'terms', 'timing'];
/** The rooms not listed here may import every room below them. */
const RULES: Readonly<Record<string, Allowed>> = {
  timing: { rooms: [], packages: NOTHING },
  http2: { rooms: ['timing'], packages: NODE },
  terms: { rooms: [], packages: NOTHING },
  session: { rooms: ['terms'], packages: NOTHING },
  identity: { rooms: ['session', 'terms'], packages: NOTHING },
  policy: { rooms: ['session', 'terms'], packages: NOTHING },
  verdict: { rooms: ['session', 'terms'], packages: NOTHING },
  store: { rooms: ['session', 'terms', 'timing'], packages: /^(ioredis$|node:)/ },
  authz: { rooms: STAGES, packages: NODE },
  leases: { rooms: ['session'], packages: NOTHING },
  transport: {
    rooms: ['authz', 'terms', 'http2', 'timing'],
    packages: /^(@grpc\/|grpc-health-check$|node:)/,
  },
  files: { rooms: [], packages: NODE },
  process: { rooms: ['transport'], packages: NODE },
  tokens: {
    rooms: ['files', 'authz', 'identity', 'terms', 'timing'],
    packages: /^(jose$|node:)/,
  },
  keys: {
    rooms: ['files', 'policy', 'store', 'session', 'terms', 'timing'],
    packages: NODE,
  },
  admin: {
    rooms: ['process', 'transport', 'authz', 'store', ...STAGES],
    packages: /^(hono$|@hono\/zod-openapi$|zod$|node:)/,
  },
  settings: { rooms: ['admin', 'transport', 'policy', 'store', 'terms'], packages: NODE },
};
/** Folders that import nothing of their own room, and only these others. */
const CLOSED_FOLDERS: readonly (readonly [string, readonly string[]])[] = [
  ['http2/hpack/', []],
  ['store/redis/wire/', ['timing']],
];
const PARSERS = /^policy\/(parse-[^/]*|file\/(parse-[^/]*|[^/]*schema[^/]*))\.ts$/;
const PARSER_PACKAGES = /^(yaml|zod)$/;

/** Why `file` (a path below src) may not import `target`; undefined where it may. */
function objection(file: string, target: string, isTypeOnly: boolean): string | undefined {
  const room = file.split('/')[0] ?? '';
  const rule = RULES[room];
  if (!target.startsWith('.')) {
    if (rule === undefined) return undefined;
    const packages = PARSERS.test(file) ? PARSER_PACKAGES : rule.packages;
    return packages.test(target) ? undefined : `${file} imports the package ${target}`;
  }
  const path = posix.join(posix.dirname(file), target);
  const other = path.split('/')[0] ?? '';
  for (const [folder, rooms] of CLOSED_FOLDERS) {
    if (!file.startsWith(folder) || path.startsWith(folder) || rooms.includes(other)) continue;
    return `${file} imports ${path}, which ${folder} may not know`;
  }
  if (other === room) return undefined;
  const isBelow = ORDER.includes(room) && ORDER.indexOf(other) > ORDER.indexOf(room);
  if (!isBelow) return `${file} imports ${path}, which is not below it`;
  if (rule !== undefined && !rule.rooms.includes(other)) return `${file} imports ${path}`;
  if (room === 'transport' && other === 'authz' && !isTypeOnly)
    return `${file} imports more than types of ${path}`;
  if (room === 'admin' && other === 'store' && !isTypeOnly)
    return `${file} imports more than types of ${path}`;
  return undefined;
}

function objections(file: string, text: string): string[] {
  return importsOf(text).flatMap(({ target, isTypeOnly }) => {
    const found = objection(file, target, isTypeOnly);
    return found === undefined ? [] : [found];
  });
}

describe('import rule', () => {
  it('is kept by every file of src', () => {
    const sources = sourceFiles();
    expect(sources).to.not.be.empty;
    expect(sources.flatMap(({ file, text }) => objections(file, text))).to.deep.equal([]);
  });

  it('has a place for every room', () => {
    const rooms = new Set(sourceFiles().map(({ file }) => file.split('/')[0]));
    expect([...rooms].filter((room) => !ORDER.includes(room ?? ''))).to.deep.equal([]);
  });

  const broken: [string, string][] = [
    ['timing/a.ts', "import { hash } from 'node:crypto';"],
    ['terms/a.ts', "import type { B } from '../session/b.ts';"],
    ['session/a.ts', "import { b } from '../policy/b.ts';"],
    ['session/a.ts', "import { hash } from 'node:crypto';"],
    ['identity/a.ts', "import type { Reason } from '../verdict/reason.ts';"],
    ['identity/a.ts', "export { b } from '../policy/b.ts';"],
    ['policy/selection/a.ts', "import { parse } from 'yaml';"],
    ['policy/file/parse-file.ts', "import { readFileSync } from 'node:fs';"],
    ['policy/build/a.ts', "import type { B } from '../../verdict/b.ts';"],
    ['verdict/a.ts', "import {\n  b,\n  c,\n} from '../policy/b.ts';"],
    ['verdict/a.ts', "await import('../store/b.ts');"],
    ['store/redis/a.ts', "import '../../authz/b.ts';"],
    ['store/a.ts', "import pino from 'pino';"],
    ['store/redis/wire/a.ts', "import type { Script } from '../load-scripts.ts';"],
    ['store/redis/wire/a.ts', "import type { B } from '../../store-observer.ts';"],
    ['store/redis/wire/a.ts', "import type { B } from '../../../session/b.ts';"],
    ['store/redis/wire/a.ts', "import type { B } from '../../../terms/b.ts';"],
    ['store/redis/wire/a.ts', "import pino from 'pino';"],
    ['authz/a.ts', "import type { Redis } from 'ioredis';"],
    ['authz/a.ts', "import { b } from '../store/b.ts';"],
    ['authz/a.ts', "import { b } from '../transport/b.ts';"],
    ['http2/a.ts', "import type { Handler } from '../transport/b.ts';"],
    ['http2/a.ts', "import type { Handler } from '../terms/b.ts';"],
    ['http2/hpack/a.ts', "import { b } from '../../session/b.ts';"],
    ['http2/hpack/a.ts', "import type { B } from '../b.ts';"],
    ['http2/a.ts', "import { Server } from '@grpc/grpc-js';"],
    ['transport/a.ts', "import { trace } from '@opentelemetry/api';"],
    ['transport/codec/a.ts', "import { handle } from '../../authz/b.ts';"],
    ['transport/a.ts', "import type { Verdict } from '../verdict/verdict.ts';"],
    ['keys/a.ts', "import type { Log } from '../telemetry/log/log.ts';"],
    ['tokens/a.ts', "import type { B } from '../settings/b.ts';"],
    ['admin/a.ts', "import { b } from '../store/b.ts';"],
    ['admin/a.ts', "import type { B } from '../keys/b.ts';"],
    ['admin/a.ts', "import { Redis } from 'ioredis';"],
    ['telemetry/log/a.ts', "import type { Shell } from '../../app/shell.ts';"],
    ['app/a.ts', "import type { B } from '../cli/b.ts';"],
  ];
  for (const [file, text] of broken) {
    it(`forbids ${file} to say ${text.replaceAll('\n', ' ')}`, () => {
      expect(objections(file, text)).to.have.lengthOf(1);
    });
  }

  const kept: [string, string][] = [
    ['session/a.ts', "import { b } from './b.ts';"],
    ['session/a.ts', "import type { B } from '../terms/b.ts';"],
    ['policy/file/parse-a.ts', "import { z } from 'zod';\nimport { parseDocument } from 'yaml';"],
    ['policy/build/a.ts', "import type { B } from '../../session/b.ts';"],
    ['policy/build/a.ts', "import type { B } from '../file/b.ts';"],
    ['store/a.ts', "import { Redis } from 'ioredis';\nimport { readFileSync } from 'node:fs';"],
    [
      'store/redis/wire/a.ts',
      "import type { Redis } from 'ioredis';\nimport { b } from '../../../timing/b.ts';\nimport { c } from './c.ts';",
    ],
    ['store/redis/a.ts', "import { b } from './wire/b.ts';"],
    ['authz/a.ts', "import { b } from '../identity/b.ts';\nimport { c } from './c.ts';"],
    ['transport/codec/a.ts', "import type { Handler } from '../../authz/b.ts';"],
    ['http2/a.ts', "import { Socket } from 'node:net';\nimport { b } from './hpack/b.ts';"],
    ['transport/a.ts', "import { Server } from '@grpc/grpc-js';"],
    ['transport/a.ts', "import { UnaryServer } from '../http2/b.ts';"],
    ['admin/a.ts', "import { Hono } from 'hono';\nimport type { B } from '../store/b.ts';"],
    ['app/a.ts', "import { b } from '../store/b.ts';"],
  ];
  for (const [file, text] of kept) {
    it(`allows ${file} to say ${text.replaceAll('\n', ' ')}`, () => {
      expect(objections(file, text)).to.deep.equal([]);
    });
  }
});
