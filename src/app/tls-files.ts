import { createSecureContext } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { tlsContextOptions } from '../transport/transport-tls.ts';
import type { TransportTls } from '../transport/transport-tls.ts';
import type { ParsedFiles } from '../files/parse-files.ts';
import { certificatesIn, privateKeyIn } from '../files/pem-file.ts';
import type { SettingName } from '../settings/setting-name.ts';
import { permissionWarnings } from '../files/secret-permissions.ts';
import { settingNamed } from '../settings/setting-text.ts';

/** A file that a port needs for TLS, and the setting that gives its path. */
export interface TlsFile {
  readonly setting: SettingName;
  readonly path: string;
}

/** One good version of the files. */
export interface TlsVersion {
  readonly tls: TransportTls;
  /** When the server's certificate expires, in milliseconds since the epoch. */
  readonly expiryAtMs: number;
  /** The trusted authorities of clients, as the SHA-256 of their certificates. */
  readonly authorities: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** The files for TLS of a port, by the settings that give their paths. */
export interface TlsSettings {
  readonly cert: SettingName;
  readonly key: SettingName;
  readonly clientCa: SettingName;
}

export const GRPC_TLS: TlsSettings = {
  cert: 'grpcTlsCertFile',
  key: 'grpcTlsKeyFile',
  clientCa: 'grpcClientCaFile',
};
export const ADMIN_TLS: TlsSettings = {
  cert: 'adminTlsCertFile',
  key: 'adminTlsKeyFile',
  clientCa: 'adminClientCaFile',
};

/**
 * The files for TLS: certificate, key and, if clients may show a certificate, their authorities.
 * @returns `undefined` if the port speaks plain text
 */
export function tlsFilesOf(
  settings: TlsSettings,
  paths: { readonly [File in keyof TlsSettings]: string | undefined },
): readonly TlsFile[] | undefined {
  const { cert, key, clientCa } = paths;
  if (cert === undefined || key === undefined) return undefined;
  return [
    { setting: settings.cert, path: cert },
    { setting: settings.key, path: key },
    ...(clientCa === undefined ? [] : [{ setting: settings.clientCa, path: clientCa }]),
  ];
}

/**
 * Checks the contents of all files together. Everything is tried before a client connects, because
 * a failing handshake shows its reason to the client and not to the operator. The text of a problem
 * contains nothing of a key.
 */
export async function parseTlsFiles(
  [certFile, keyFile, caFile]: readonly TlsFile[],
  [certText = '', keyText = '', caText = '']: readonly string[],
): Promise<ParsedFiles<TlsVersion, string>> {
  if (certFile === undefined || keyFile === undefined)
    throw new TypeError('TLS needs a certificate and a key');
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
    const problem = `${flagOf(certFile)}: ${certFile.path} cannot be used for TLS: ${unusable}`;
    return { kind: 'problems', problems: [problem] };
  }
  const version = {
    tls,
    expiryAtMs: Date.parse(own.validTo),
    authorities: new Set(authorities?.map(({ fingerprint256 }) => fingerprint256)),
    warnings: [
      ...(await permissionWarnings('TLS key file', keyFile.path)),
      ...warningsOfDates(certFile, certificates ?? []),
      ...(caFile === undefined ? [] : warningsOfDates(caFile, authorities ?? [])),
    ],
  };
  return { kind: 'good', version };
}

/** Whether an authority of clients that was trusted before is no longer trusted. */
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
    if (Date.parse(validTo) < nowMs) return [`${what} expired at ${validTo}`];
    if (Date.parse(validFrom) > nowMs) return [`${what} is not valid before ${validFrom}`];
    return [];
  });
}

/** What OpenSSL rejects in well-formed files, such as a key that is too short. */
function whyUnusable(tls: TransportTls): string | undefined {
  try {
    createSecureContext(tlsContextOptions(tls));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown fault';
  }
}
