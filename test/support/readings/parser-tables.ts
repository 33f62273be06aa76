import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { targetBytes } from '../../outside/readings/targets/written-target.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'readings');

/** What one real parser was seen to serve. */
export interface ParserTable {
  /** The name of the parser. */
  readonly parser: string;
  /** With the versions of what is around it. */
  readonly version: string;
  /** How many targets it was asked. */
  readonly asked: number;
  readonly served: readonly ServedTarget[];
  /** What the application reads as the host. Refused hosts are left out. */
  readonly hosts: readonly SentAndRead[];
  /** What the application reads as the method. Refused requests are left out. */
  readonly methods: readonly SentAndRead[];
}

/** What was sent, as the table names it, and what the application read. */
export interface SentAndRead {
  readonly sent: string;
  readonly read: string;
}

/** A request target, and the page that the parser served for it. */
export interface ServedTarget {
  /** As Curfew gets it: bytes that are not UTF-8 are U+FFFD. */
  readonly target: string;
  /** The page as a client would ask for it plainly, or a route such as `/payments/{id}`. */
  readonly page: string;
}

/** The tables of all parsers. Redirects are left out: the client's next request is judged itself. */
export function parserTables(): readonly ParserTable[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.tsv'));
  return files.toSorted().map((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
    const stated = (what: string): string =>
      lines.find((line) => line.startsWith(`# ${what}: `))?.slice(what.length + 4) ?? '';
    return {
      parser: basename(file, '.tsv'),
      version: stated('version'),
      asked: Number.parseInt(stated('targets'), 10),
      served: lines.filter((line) => !/^(?:#|host:|method:) /.test(line)).flatMap(servedTarget),
      hosts: lines.flatMap((line) => sentAndRead(line, 'host: ')),
      methods: lines.flatMap((line) => sentAndRead(line, 'method: ')),
    };
  });
}

/** Every target that the parsers were asked, as it is written. */
export function askedTargets(): readonly string[] {
  return readFileSync(join(folder, 'targets.txt'), 'utf8').trimEnd().split('\n');
}

function servedTarget(line: string): readonly ServedTarget[] {
  const [written = '', answer = ''] = line.split('\t');
  if (!answer.startsWith('/')) return [];
  return [{ target: targetBytes(written).toString('utf8'), page: answer }];
}

function sentAndRead(line: string, kind: string): readonly SentAndRead[] {
  if (!line.startsWith(kind)) return [];
  const [sent = '', read = ''] = line.slice(kind.length).split('\t');
  return read === '' || read === 'no answer' || /^\d{3}$/.test(read) ? [] : [{ sent, read }];
}
