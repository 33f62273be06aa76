import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfSigned } from '../certificates/self-signed.ts';
import type { Certificate } from '../certificates/certificate-authority.ts';

/** The names of the files in a server's folder. */
const FILES = { users: 'users.acl', cert: 'cert.pem', key: 'key.pem' } as const;

/** Writes the certificate into a server's folder, if it has one, and returns it. */
export async function writeCertificate(
  folder: string,
  tls: boolean | Certificate | undefined,
): Promise<Certificate | undefined> {
  if (tls === undefined || tls === false) return undefined;
  const certificate = tls === true ? selfSigned() : tls;
  await writeFile(join(folder, FILES.cert), certificate.cert);
  await writeFile(join(folder, FILES.key), certificate.key, { mode: 0o600 });
  return certificate;
}

/** Writes the lines of an ACL file, and returns the argument that names it. */
export async function writeUsers(
  folder: string,
  lines: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (lines === undefined) return [];
  const path = join(folder, FILES.users);
  await writeFile(path, `${lines.join('\n')}\n`);
  return ['--aclfile', path];
}

/** The arguments for TLS on this port alone, or for a plain port. */
export function portArguments(
  folder: string,
  port: number,
  certificate: Certificate | undefined,
): readonly string[] {
  if (certificate === undefined) return ['--port', `${port}`];
  const [cert, key] = [join(folder, FILES.cert), join(folder, FILES.key)];
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
  return ['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no', ...files];
}
