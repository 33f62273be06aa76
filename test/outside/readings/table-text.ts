import type { Parser } from './parsers.ts';
import type { Reading } from './reading.ts';
import { writtenBytes } from './targets/written-target.ts';

/** What a parser made of each request. */
export interface Answers {
  readonly version: string;
  /** By target. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** By Host header: the host that the application reads, or the status of a refusal. */
  readonly hosts: ReadonlyMap<string, string>;
  /** By request, in words: the method that the application reads, or the status of a refusal. */
  readonly methods: ReadonlyMap<string, string>;
}

/** The answers of one parser on one day. */
export interface Table extends Answers {
  readonly parser: Parser;
  readonly askedOn: Date;
}

/**
 * The text of a table: what it is, then a line for each target that is served or redirected. The
 * targets for which the parser served nothing are counted by status. Hosts and methods follow.
 */
export function tableText({ parser, askedOn, version, readings, hosts, methods }: Table): string {
  const counts = new Map<number, number>();
  const lines: string[] = [];
  for (const [target, reading] of readings) {
    if (reading.kind === 'nothing') {
      counts.set(reading.status, (counts.get(reading.status) ?? 0) + 1);
    } else lines.push(`${target}\t${writtenReading(reading)}`);
  }
  const nothing = [...counts]
    .toSorted(([one], [other]) => one - other)
    .map(([status, count]) => `${count} times ${status === 0 ? 'no answer' : status}`);
  return [
    `# parser: ${parser.name}`,
    `# version: ${version}`,
    `# about: ${parser.about}`,
    `# asked on: ${askedOn.toISOString().slice(0, 10)}`,
    `# targets: ${readings.size}, of which nothing was served for: ${nothing.join(', ')}`,
    ...lines,
    ...[...hosts].map(([sent, read]) => `host: ${sent}\t${read}`),
    ...[...methods].map(([sent, read]) => `method: ${sent}\t${read}`),
    '',
  ].join('\n');
}

function writtenReading(reading: Exclude<Reading, { kind: 'nothing' }>): string {
  if (reading.kind === 'page') return reading.page;
  const location = reading.location.replaceAll(/[^!-~]/g, (byte) =>
    writtenBytes(Buffer.from(byte, 'latin1')),
  );
  return `${reading.status} ${location}`;
}
