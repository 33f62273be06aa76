import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { StoreFiles } from '../../store-files.ts';
import type { RedisLogin } from '../../store-location.ts';

/** What the files contained when they were read. */
export interface RedisSecrets {
  readonly password: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** `undefined` without TLS. */
  readonly secureContext: SecureContext | undefined;
}

/**
 * A file that belongs to the store cannot be used, or is missing. The message contains no secret.
 */
export class StoreFilesError extends Error {
  readonly code = 'ERR_STORE_FILES';
  constructor(message: string) {
    super(message);
    this.name = 'StoreFilesError';
  }
}

/**
 * Reads the files and tries to use them: a client with secrets that it cannot use would end for
 * good.
 * @throws {StoreFilesError}
 */
export async function readRedisSecrets(
  files: StoreFiles,
  login: RedisLogin,
): Promise<RedisSecrets> {
  const { isEncrypted, username } = login;
  const password = await contentOf(files.passwordFile, 'the password of the store');
  if (username !== undefined && password === undefined) {
    throw new StoreFilesError('the store URL names a user, but no file holds the password');
  }
  const sentinelPassword = await contentOf(
    'sentinels' in login ? files.sentinelPasswordFile : undefined,
    'the password of the Sentinels',
  );
  const secureContext = isEncrypted ? await readSecureContext(files) : undefined;
  return { password, sentinelPassword, secureContext };
}

async function readSecureContext(files: StoreFiles): Promise<SecureContext> {
  const ca = await contentOf(files.caFile, 'the certificates of the store');
  const cert = await contentOf(files.certFile, 'our certificate for the store');
  const key = await contentOf(files.keyFile, 'the key of our certificate for the store');
  // OpenSSL takes a file without a certificate for an empty list, and would then trust no server.
  for (const [path, text] of [[files.caFile, ca] as const, [files.certFile, cert] as const]) {
    if (text === undefined) continue;
    try {
      void new X509Certificate(text);
    } catch {
      throw new StoreFilesError(`${path} does not hold a certificate; it must be a PEM file`);
    }
  }
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown fault';
    const paths = [files.certFile, files.keyFile].filter((path) => path !== undefined);
    throw new StoreFilesError(`${paths.join(' and ')} cannot be used for TLS: ${why}`);
  }
}

async function contentOf(file: string | undefined, what: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new StoreFilesError(`${what} cannot be read from ${file}: ${codeOf(error)}`);
  });
  const content = text.replace(/\r?\n$/, '');
  if (content === '') throw new StoreFilesError(`${file} is empty; it should hold ${what}`);
  return content;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
