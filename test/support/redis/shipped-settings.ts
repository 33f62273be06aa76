import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DEPLOYED = join(import.meta.dirname, '..', '..', '..', 'deploy', 'redis');

/** Where the files say that the certificates are. */
const CERTIFICATES = '/etc/redis/tls';

export interface ShippedPlace {
  /** Has `tls.crt`, `tls.key` and `ca.crt`. */
  readonly certificates: string;
  readonly port: number;
}

/** What stands for each password in the files of deploy/redis begins with `CHANGE-ME`. */
export async function shippedLines(file: string, password: string): Promise<readonly string[]> {
  const text = await readFile(join(DEPLOYED, file), 'utf8');
  return text
    .replaceAll('CHANGE-ME', password)
    .split('\n')
    .filter((line) => /^[a-z]/.test(line));
}

/** The lines of `tls.conf` or `sentinel/tls.conf`, with the port and the certificates of a test. */
export async function shippedTls(
  file: 'tls.conf' | 'sentinel/tls.conf',
  { certificates, port }: ShippedPlace,
): Promise<readonly string[]> {
  const lines = await shippedLines(file, '');
  return lines
    .filter((line) => !line.startsWith('aclfile ')) // a test has a file of its own
    .map((line) => line.replace(CERTIFICATES, certificates))
    .map((line) => line.replace(/^tls-port \d+$/, `tls-port ${port}`));
}

/** Lines of a file of settings as arguments of the program. */
export function asArguments(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const [name = '', ...values] = line.match(/"[^"]*"|\S+/g) ?? [];
    return [`--${name}`, ...values.map((value) => value.replaceAll('"', ''))];
  });
}

/** The arguments by which servers also use TLS towards each other, as we ship them. */
export async function shippedTlsBetween(
  file: 'tls.conf' | 'sentinel/tls.conf',
): Promise<readonly string[]> {
  const lines = await shippedLines(file, '');
  return asArguments(lines.filter((line) => /^tls-(replication|cluster) /.test(line)));
}
