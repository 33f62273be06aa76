import { HEALTHCHECK_SETTINGS } from '../settings/healthcheck-settings.ts';
import type { HealthcheckSettingName, HealthcheckTexts } from '../settings/healthcheck-settings.ts';
import { readListenAddress } from '../settings/listen-setting.ts';
import type { Environment } from '../settings/process-settings.ts';
import { settingText } from '../settings/setting-text.ts';
import { readWholeFile } from '../files/read-file.ts';
import { checkHealth } from '../transport/check-health.ts';
import type { HealthTls } from '../transport/check-health.ts';
import { formatListenAddress } from '../transport/listen-address.ts';
import type { CommandIo } from './command-io.ts';

const ANSWER_MAX_MS = 2_000;

type Read = (name: HealthcheckSettingName) => {
  readonly text: string | undefined;
  readonly from: string;
};

/**
 * `curfew healthcheck`: asks the server on the configured address for its health, by `grpc.health.v1`. For containers
 * without a shell.
 * @returns the exit code: 0 when it serves, else 1; 2 when a setting or a file is wrong
 */
export async function runHealthcheck(
  flags: HealthcheckTexts,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const read: Read = (name) => {
    const setting = HEALTHCHECK_SETTINGS.find((one) => one.name === name);
    if (setting === undefined) throw new TypeError(`no setting ${name}`);
    return settingText(setting, flags, environment);
  };
  const { text: address = '', from } = read('grpcAddress');
  const reading = readListenAddress(address);
  if ('problem' in reading) return wrong(`${from} ${reading.problem}`, io);
  const tls = await tlsOf(read);
  if (typeof tls === 'string') return wrong(tls, io);
  const text = formatListenAddress(reading.value);
  const answer = await checkHealth(text, '', ANSWER_MAX_MS, tls.value);
  if (answer === 'SERVING') {
    io.out(`${text}: ${answer}\n`);
    return 0;
  }
  io.err(`${text}: ${answer}\n`);
  return 1;
}

function wrong(words: string, io: CommandIo): number {
  io.err(`curfew: ${words}\n`);
  return 2;
}

/** How to speak TLS, `undefined` for plain text. A string is what is wrong. */
async function tlsOf(read: Read): Promise<{ readonly value: HealthTls | undefined } | string> {
  const ca = read('caFile').text;
  const own = read('clientCertFile').text;
  const isServerTls = read('grpcTlsCertFile').text !== undefined;
  if (ca === undefined && own === undefined && !isServerTls) return { value: undefined };
  const isMutual = read('grpcClientCaFile').text !== undefined;
  const pair: readonly HealthcheckSettingName[] =
    own === undefined && isMutual
      ? ['grpcTlsCertFile', 'grpcTlsKeyFile']
      : ['clientCertFile', 'clientKeyFile'];
  const names: readonly HealthcheckSettingName[] = ['caFile', ...pair];
  const readings = await Promise.all(
    names.map(async (name) => {
      const { text: path, from } = read(name);
      if (path === undefined) return { from, bytes: undefined };
      const reading = await readWholeFile(path);
      if (reading.kind === 'content') return { from, bytes: Buffer.from(reading.text) };
      return { from, why: `${from} ${reading.why}` };
    }),
  );
  const unread = readings.find(({ why }) => why !== undefined);
  if (unread?.why !== undefined) return unread.why;
  const [authorities, certificate, key] = readings;
  if ((certificate?.bytes === undefined) !== (key?.bytes === undefined)) {
    return `${certificate?.from} and ${key?.from} must be given together`;
  }
  return {
    value: {
      ca: authorities?.bytes,
      certificate: certificate?.bytes,
      key: key?.bytes,
      serverName: read('serverName').text,
    },
  };
}
