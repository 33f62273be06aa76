import { createSecureContext } from 'node:tls';
import { tlsContextOptions } from '../transport/transport-tls.ts';
import type { TransportTls } from '../transport/transport-tls.ts';
import type { Log } from './log.ts';
import { certificatesIn, privateKeyIn } from './pem-file.ts';
import type { ProcessConfig } from './process-config.ts';
import type { SettingName } from './process-settings.ts';
import { warningsOfReaders } from './secret-readers.ts';
import { settingNamed } from './setting-text.ts';
import { StartFault } from './start-fault.ts';
import { readWholeFile } from './watched-file.ts';

type TlsFiles = Pick<ProcessConfig, 'grpcTlsCertFile' | 'grpcTlsKeyFile' | 'grpcClientCaFile'>;

/**
 * Reads what the gRPC port needs for TLS, as it stands in the files now; `undefined` when it is to speak plain text.
 * Everything is tried before anybody connects: a handshake that fails tells its reason to the wrong side.
 * @throws {StartFault} with every problem; its words carry nothing of a key
 */
export async function grpcTls(files: TlsFiles, log: Log): Promise<TransportTls | undefined> {
  const { grpcTlsCertFile: certFile, grpcTlsKeyFile: keyFile, grpcClientCaFile: caFile } = files;
  if (certFile === undefined || keyFile === undefined) return undefined;
  const problems: string[] = [];
  const read = async <T>(name: SettingName, path: string, parse: (text: string) => T | string) => {
    const { flag } = settingNamed(name);
    const reading = await readWholeFile(path);
    if (reading.kind === 'unreadable') {
      problems.push(`${flag}: ${reading.why}`);
      return undefined;
    }
    const value = parse(reading.text);
    if (typeof value !== 'string') return { value, bytes: Buffer.from(reading.text) };
    problems.push(`${flag}: ${path} ${value}`);
    return undefined;
  };
  const certificates = await read('grpcTlsCertFile', certFile, certificatesIn);
  const key = await read('grpcTlsKeyFile', keyFile, privateKeyIn);
  const authorities =
    caFile === undefined ? undefined : await read('grpcClientCaFile', caFile, certificatesIn);
  const [own] = certificates?.value ?? [];
  if (own !== undefined && key !== undefined && !own.checkPrivateKey(key.value)) {
    problems.push(
      `${settingNamed('grpcTlsKeyFile').flag}: ${keyFile} is not the key of the first certificate in ${certFile}`,
    );
  }
  if (problems.length > 0 || certificates === undefined || key === undefined) {
    throw new StartFault('usage', problems);
  }
  const tls = { certificate: certificates.bytes, key: key.bytes, clientCa: authorities?.bytes };
  refuseUnusable(tls, certFile);
  const warnings = [...(await warningsOfReaders('TLS key file', keyFile))];
  for (const [path, found] of [[certFile, certificates] as const, [caFile, authorities] as const]) {
    for (const { subject, validFrom, validTo } of found?.value ?? []) {
      const name = subject.replaceAll('\n', ', ');
      if (Date.parse(validTo) < Date.now()) warnings.push(`${path}: ${name} ended at ${validTo}`);
      if (Date.parse(validFrom) > Date.now())
        warnings.push(`${path}: ${name} begins only at ${validFrom}`);
    }
  }
  for (const warning of warnings) log.warn({ event: 'tls_warned' }, warning);
  return tls;
}

/** What OpenSSL minds in files that are in order: a key that is too short for today, say. */
function refuseUnusable(tls: TransportTls, certFile: string): void {
  try {
    createSecureContext(tlsContextOptions(tls));
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown fault';
    const { flag } = settingNamed('grpcTlsCertFile');
    throw new StartFault('usage', [`${flag}: ${certFile} cannot be used for TLS: ${why}`]);
  }
}
