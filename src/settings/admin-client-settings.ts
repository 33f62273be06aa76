import type { SettingWords } from './setting.ts';

/** The name of a setting of the commands that ask the administration of a server; also its key in the parsed command line. */
export type AdminClientSettingName =
  'url' | 'tokenFile' | 'caFile' | 'serverName' | 'clientCertFile' | 'clientKeyFile';

/** How `curfew sessions`, `subjects` and `status` reach the administration of a server. */
export const ADMIN_CLIENT_SETTINGS: readonly SettingWords<AdminClientSettingName>[] = [
  {
    name: 'url',
    flag: '--url',
    placeholder: '<url>',
    variable: 'CURFEW_ADMIN_URL',
    default: undefined,
    help: 'where the administration listens, such as http://127.0.0.1:9003',
  },
  {
    name: 'tokenFile',
    flag: '--token-file',
    placeholder: '<file>',
    variable: 'CURFEW_TOKEN_FILE',
    default: undefined,
    help: 'file that holds your token, and nothing else',
  },
  {
    name: 'caFile',
    flag: '--ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_CA_FILE',
    default: undefined,
    help: "PEM file with the authorities by which to verify the server's certificate, instead of the public ones",
  },
  {
    name: 'serverName',
    flag: '--server-name',
    placeholder: '<name>',
    variable: 'CURFEW_SERVER_NAME',
    default: undefined,
    help: 'the name that is verified in it, instead of the host of the URL; for a forwarded port',
  },
  {
    name: 'clientCertFile',
    flag: '--client-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_CLIENT_CERT_FILE',
    default: undefined,
    help: 'PEM file with the certificate to show, where certificates give roles',
  },
  {
    name: 'clientKeyFile',
    flag: '--client-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_CLIENT_KEY_FILE',
    default: undefined,
    help: 'PEM file with its private key',
  },
];

/** Values as text, by setting; what is left out is not set. */
export type AdminClientTexts = Readonly<Partial<Record<AdminClientSettingName, string>>>;
