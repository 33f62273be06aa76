import { readWholeFile } from '../../../files/read-file.ts';
import { ADMIN_CLIENT_SETTINGS } from '../../../settings/admin-client-settings.ts';
import type {
  AdminClientSettingName,
  AdminClientTexts,
} from '../../../settings/admin-client-settings.ts';
import type { Environment } from '../../../settings/process-settings.ts';
import { settingText } from '../../../settings/setting-text.ts';
import { isPlainHttp } from '../../../terms/plain-http.ts';

/** How the administration of a server is reached. */
export interface Connection {
  readonly url: URL;
  /** `undefined`: the client certificate says who asks. */
  readonly token: string | undefined;
  readonly tls: ConnectionTls;
}

/** What TLS needs beyond the defaults; `undefined` leaves the default. All but the name is PEM. */
export interface ConnectionTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

interface Given {
  readonly text: string | undefined;
  readonly from: string;
}

const TOKEN_BYTES_MAX = 16 * 1024;
const IN_A_HEADER = /^[\x21-\x7e]+$/;

/**
 * Reads the settings of a command and the files that they name.
 * @returns the connection, or what is wrong, each with what to do; no problem contains a token
 */
export async function readConnection(
  flags: AdminClientTexts,
  environment: Environment,
): Promise<Connection | readonly string[]> {
  const given = (name: AdminClientSettingName): Given => {
    const setting = ADMIN_CLIENT_SETTINGS.find((one) => one.name === name);
    if (setting === undefined) throw new TypeError(`no setting ${name}`);
    return settingText(setting, flags, environment);
  };
  const problems: string[] = [];
  const contentOf = async ({ text: path, from }: Given): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    const reading = await readWholeFile(path);
    if (reading.kind === 'content') return reading.text;
    problems.push(`${from}: ${reading.why}`);
    return undefined;
  };
  const url = urlOf(given('url'), problems);
  const tls: ConnectionTls = {
    ca: await contentOf(given('caFile')),
    cert: await contentOf(given('clientCertFile')),
    key: await contentOf(given('clientKeyFile')),
    serverName: given('serverName').text,
  };
  const token = tokenOf(await contentOf(given('tokenFile')), given('tokenFile'), problems);
  if (problems.length === 0) problems.push(...contradictionsOf(url, token, tls));
  return url === undefined || problems.length > 0 ? problems : { url, token, tls };
}

function urlOf({ text, from }: Given, problems: string[]): URL | undefined {
  if (text === undefined) {
    problems.push(
      'it is not known which server to ask; set CURFEW_ADMIN_URL or --url to the address of its ' +
        'administration, such as http://127.0.0.1:9003',
    );
    return undefined;
  }
  const url = URL.parse(text);
  const fault = url === null ? 'is not a URL; write https://host:port' : urlFaultOf(url);
  if (url === null || fault !== undefined) {
    problems.push(`${from} ${fault}`);
    return undefined;
  }
  return url;
}

function urlFaultOf(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return 'must begin with https://, or on this machine with http://';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not contain a name or a password; the token comes from --token-file';
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return 'must be the address alone, without a path: https://host:port';
  }
  if (isPlainHttp(url)) {
    return (
      'must begin with https://, because your token would cross the network in the clear; for a ' +
      'server on another machine, forward its port (ssh -L, kubectl port-forward) or use TLS'
    );
  }
  return undefined;
}

function tokenOf(
  content: string | undefined,
  { text: path, from }: Given,
  problems: string[],
): string | undefined {
  if (content === undefined) return undefined;
  const token = content.trim();
  if (IN_A_HEADER.test(token) && token.length <= TOKEN_BYTES_MAX) return token;
  const fault = tokenFaultOf(token);
  problems.push(`${from}: ${path} ${fault}`);
  return undefined;
}

function tokenFaultOf(token: string): string {
  if (token === '') return 'is empty; it must hold your token';
  if (token.length > TOKEN_BYTES_MAX) return 'is too long for a token';
  return /\s/.test(token)
    ? "holds more than one word; it must hold your token alone. (The server's list, with NAME ROLE TOKEN, is another file.)"
    : 'holds characters that no token has';
}

function contradictionsOf(
  url: URL | undefined,
  token: string | undefined,
  { ca, cert, key, serverName }: ConnectionTls,
): readonly string[] {
  const problems: string[] = [];
  if ((cert === undefined) !== (key === undefined)) {
    problems.push('--client-cert-file and --client-key-file must be given together');
  }
  const hasTls = [ca, cert, key, serverName].some((one) => one !== undefined);
  if (url?.protocol === 'http:' && hasTls) {
    problems.push(
      '--ca-file, --server-name and --client-cert-file have no effect with http://; write https://',
    );
  } else if (token === undefined && cert === undefined) {
    problems.push(
      'it is not known who asks; write your token into a file that only you can read, and name it by ' +
        'CURFEW_TOKEN_FILE or --token-file (a token in an argument could be read by every user of this machine)',
    );
  }
  return problems;
}
