import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCache, builtProgram } from '../../../tools/built-program.ts';
import type { BuiltProgram } from '../../../tools/built-program.ts';

/**
 * The requests of h2spec. `http`: unchanged, with GET requests, which are refused at once because
 * they are not gRPC. `grpc`: with POST and the headers of a gRPC call, so that its streams stay
 * open and the faults that it sends concern a call.
 */
export type H2specDialect = 'http' | 'grpc';

const MODULE_FOLDER = join(import.meta.dirname, 'h2spec');
const PROGRAM = 'github.com/summerwind/h2spec/cmd/h2spec';
const HEADERS_FILE = join('vendor', 'github.com', 'summerwind', 'h2spec', 'spec', 'util.go');
const METHOD = 'HeaderField(":method", "GET"),';
const AUTHORITY = 'HeaderField(":authority", authority),';
const GRPC_FIELDS = [
  AUTHORITY,
  'HeaderField("te", "trailers"),',
  'HeaderField("content-type", "application/grpc"),',
].join('\n');

/** Builds h2spec, the conformance test of HTTP/2, at the version in its go.sum. */
export function provideH2spec(dialect: H2specDialect): Promise<BuiltProgram> {
  const path = join(buildCache, 'go', `h2spec-${dialect}`);
  return builtProgram({
    compiler: 'go',
    path,
    madeFrom: [MODULE_FOLDER, import.meta.filename],
    build: async (run) => {
      const source = `${path}.source`;
      await rm(source, { recursive: true, force: true });
      await mkdir(source, { recursive: true });
      await cp(MODULE_FOLDER, source, { recursive: true });
      await run('go', ['mod', 'vendor'], { cwd: source });
      if (dialect === 'grpc') await speakGrpc(join(source, HEADERS_FILE));
      await run('go', ['build', '-trimpath', '-o', path, PROGRAM], { cwd: source });
      await rm(source, { recursive: true, force: true });
    },
  });
}

async function speakGrpc(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(METHOD) || !text.includes(AUTHORITY))
    throw new Error(`${file} has a different structure`);
  await writeFile(
    file,
    text.replace(METHOD, METHOD.replace('GET', 'POST')).replace(AUTHORITY, GRPC_FIELDS),
  );
}
