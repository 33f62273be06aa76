import type { SettingName } from './setting-name.ts';
import type { SettingWords } from './setting.ts';
import { settingNamed } from './setting-text.ts';

/** Settings of the server that its health check needs too. */
type SharedName = 'grpcAddress' | 'grpcTlsCertFile' | 'grpcTlsKeyFile' | 'grpcClientCaFile';
const SHARED: readonly (SharedName & SettingName)[] = [
  'grpcAddress',
  'grpcTlsCertFile',
  'grpcTlsKeyFile',
  'grpcClientCaFile',
];

/** The name of a setting of `curfew healthcheck`; also the key under which the command line's parser returns it. */
export type HealthcheckSettingName =
  SharedName | 'caFile' | 'serverName' | 'clientCertFile' | 'clientKeyFile';

const OWN: readonly SettingWords<HealthcheckSettingName>[] = [
  {
    name: 'caFile',
    flag: '--ca-file',
    placeholder: '<file>',
    variable: 'CURFEW_HEALTHCHECK_CA_FILE',
    default: undefined,
    help: "PEM file with the authorities by which to verify the server's certificate",
  },
  {
    name: 'serverName',
    flag: '--server-name',
    placeholder: '<name>',
    variable: 'CURFEW_HEALTHCHECK_SERVER_NAME',
    default: undefined,
    help: 'the name that is verified in it, instead of the host of the address',
  },
  {
    name: 'clientCertFile',
    flag: '--client-cert-file',
    placeholder: '<file>',
    variable: 'CURFEW_HEALTHCHECK_CERT_FILE',
    default: undefined,
    help: "PEM file with a certificate to show, instead of the server's own",
  },
  {
    name: 'clientKeyFile',
    flag: '--client-key-file',
    placeholder: '<file>',
    variable: 'CURFEW_HEALTHCHECK_KEY_FILE',
    default: undefined,
    help: 'PEM file with its private key',
  },
];

/** All settings of `curfew healthcheck`. */
export const HEALTHCHECK_SETTINGS: readonly SettingWords<HealthcheckSettingName>[] = [
  ...SHARED.map((name) => settingNamed(name) as SettingWords<HealthcheckSettingName>),
  ...OWN,
];

/** Values as text, by setting; what is left out is not set. */
export type HealthcheckTexts = Readonly<Partial<Record<HealthcheckSettingName, string>>>;
