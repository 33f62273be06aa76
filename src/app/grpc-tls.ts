import { createSecureContext } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { tlsContextOptions } from '../transport/transport-tls.ts';
import type { TransportTls } from '../transport/transport-tls.ts';
import type { FilesJudgement } from './followed-files.ts';
import { certificatesIn, privateKeyIn } from './pem-file.ts';
import type { ProcessConfig } from './process-config.ts';
import type { SettingName } from './process-settings.ts';
import { warningsOfReaders } from './secret-readers.ts';
import { settingNamed } from './setting-text.ts';

/** A file that the gRPC port needs for TLS, and the setting that names it. */
export interface TlsFile {
  readonly setting: SettingName;
  readonly path: string;
}

/** One good version of the files. */
export interface TlsVersion {
  readonly tls: TransportTls;
  /** When the server's certificate ends, in milliseconds since the epoch. */
  readonly expiryAtMs: number;
  /** The authorities of clients, by the SHA-256 of their certificates. */
  readonly authorities: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** Certificate, key and, where clients need a certificate, their authorities; `undefined` for plain text. */
export function tlsFilesOf(config: ProcessConfig): readonly TlsFile[] | undefined {
  const { grpcTlsCertFile, grpcTlsKeyFile, grpcClientCaFile } = config;
  if (grpcTlsCertFile === undefined || grpcTlsKeyFile === undefined) return undefined;
  return [
    { setting: 'grpcTlsCertFile', path: grpcTlsCertFile },
    { setting: 'grpcTlsKeyFile', path: grpcTlsKeyFile },
    ...(grpcClientCaFile === undefined
      ? []
      : [{ setting: 'grpcClientCaFile', path: grpcClientCaFile } as const]),
  ];
}

/**
 * Judges what stands in the files, all together. Everything is tried before anybody connects: a handshake that fails
 * tells its reason to the wrong side. The words of a problem carry nothing of a key.
 */
export async function judgeTls(
  [certFile, keyFile, caFile]: readonly TlsFile[],
  [certText = '', keyText = '', caText = '']: readonly string[],
): Promise<FilesJudgement<TlsVersion, string>> {
  if (certFile === undefined || keyFile === undefined) throw new TypeError('TLS without a pair');
  const problems: string[] = [];
  const read = <T>(file: TlsFile, text: string, parse: (text: string) => T | string) => {
    const value = parse(text);
    if (typeof value !== 'string') return value;
    problems.push(`${flagOf(file)}: ${file.path} ${value}`);
    return undefined;
  };
  const certificates = read(certFile, certText, certificatesIn);
  const key = read(keyFile, keyText, privateKeyIn);
  const authorities = caFile && read(caFile, caText, certificatesIn);
  const [own] = certificates ?? [];
  if (own !== undefined && key !== undefined && !own.checkPrivateKey(key)) {
    problems.push(
      `${flagOf(keyFile)}: ${keyFile.path} is not the key of the first certificate in ${certFile.path}`,
    );
  }
  if (problems.length > 0 || own === undefined) return { kind: 'problems', problems };
  const tls = {
    certificate: Buffer.from(certText),
    key: Buffer.from(keyText),
    clientCa: caFile && Buffer.from(caText),
  };
  const unusable = whyUnusable(tls);
  if (unusable !== undefined) {
    const words = `${flagOf(certFile)}: ${certFile.path} cannot be used for TLS: ${unusable}`;
    return { kind: 'problems', problems: [words] };
  }
  const version = {
    tls,
    expiryAtMs: Date.parse(own.validTo),
    authorities: new Set(authorities?.map(({ fingerprint256 }) => fingerprint256)),
    warnings: [
      ...(await warningsOfReaders('TLS key file', keyFile.path)),
      ...warningsOfDates(certFile, certificates ?? []),
      ...(caFile === undefined ? [] : warningsOfDates(caFile, authorities ?? [])),
    ],
  };
  return { kind: 'good', version };
}

/** Whether clients of an authority were let in before, and are not any more. */
export function isNarrower(next: TlsVersion, before: TlsVersion): boolean {
  return [...before.authorities].some((authority) => !next.authorities.has(authority));
}

function flagOf({ setting }: TlsFile): string {
  return settingNamed(setting).flag;
}

function warningsOfDates(file: TlsFile, certificates: readonly X509Certificate[]): string[] {
  const nowMs = Date.now();
  return certificates.flatMap(({ subject, validFrom, validTo }) => {
    const what = `${file.path}: ${subject.replaceAll('\n', ', ')}`;
    if (Date.parse(validTo) < nowMs) return [`${what} ended at ${validTo}`];
    if (Date.parse(validFrom) > nowMs) return [`${what} begins only at ${validFrom}`];
    return [];
  });
}

/** What OpenSSL minds in files that are in order: a key that is too short for today, say. */
function whyUnusable(tls: TransportTls): string | undefined {
  try {
    createSecureContext(tlsContextOptions(tls));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown fault';
  }
}
