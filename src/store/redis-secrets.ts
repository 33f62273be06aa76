import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { StoreUrlError } from './redis-address.ts';

/** The files that prove who we are to Redis, and it to us. */
export interface RedisSecretFiles {
  /** The password; its trailing line break does not count. */
  readonly passwordFile?: string | undefined;
  /** PEM certificates to trust for `rediss://` instead of the system's. */
  readonly caFile?: string | undefined;
  /** PEM certificate that a Redis is shown which asks for one, and its key. Together or not at all. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What stood in the files when they were read. */
export interface RedisSecrets {
  readonly password: string | undefined;
  /** `undefined` without TLS. */
  readonly secureContext: SecureContext | undefined;
}

/**
 * Reads the files whole, and tries what is in them: a client that is given what it cannot use would end for good.
 * @throws {StoreUrlError} in words that carry nothing of a secret
 */
export async function readRedisSecrets(
  files: RedisSecretFiles,
  isEncrypted: boolean,
): Promise<RedisSecrets> {
  const password = await contentOf(files.passwordFile, 'the password of the store');
  if (!isEncrypted) return { password, secureContext: undefined };
  const ca = await contentOf(files.caFile, 'the certificates of the store');
  const cert = await contentOf(files.certFile, 'our certificate for the store');
  const key = await contentOf(files.keyFile, 'the key of our certificate for the store');
  // OpenSSL takes what is no certificate for no authority at all, and would then trust nobody.
  for (const [path, text] of [[files.caFile, ca] as const, [files.certFile, cert] as const]) {
    if (text === undefined) continue;
    try {
      void new X509Certificate(text);
    } catch {
      throw new StoreUrlError(`${path} holds no certificate; a PEM file is wanted`);
    }
  }
  try {
    const secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
    return { password, secureContext };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown fault';
    const paths = [files.certFile, files.keyFile].filter((path) => path !== undefined);
    throw new StoreUrlError(`${paths.join(' and ')} cannot be used for TLS: ${why}`);
  }
}

async function contentOf(file: string | undefined, what: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new StoreUrlError(`${what} cannot be read from ${file}: ${codeOf(error)}`);
  });
  const content = text.replace(/\r?\n$/, '');
  if (content === '') throw new StoreUrlError(`${file} is empty: it should hold ${what}`);
  return content;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
