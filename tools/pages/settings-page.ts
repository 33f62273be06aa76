import { ADMIN_CLIENT_SETTINGS } from '../../src/settings/admin-client-settings.ts';
import { HEALTHCHECK_SETTINGS } from '../../src/settings/healthcheck-settings.ts';
import { PROCESS_SETTINGS } from '../../src/settings/process-settings.ts';
import type { SettingWords } from '../../src/settings/setting.ts';

const INTRO = `
How one process runs. Everything about sessions and timeouts is in the [policy file](policy-file.md).
Each setting is taken from its flag, else from its environment variable, else from its default. An
empty variable counts as not set. A \`CURFEW_…\` variable that is not a setting is reported in the log.
\`curfew serve --help\` prints the same list.

Passwords and keys come from files only, never from a flag.
`;

const FILES = `
## Files that are followed

The policy file, the key file, the tokens of administration and the TLS files of both ports are read
again within a second of a change. If the new content is not usable, the last good content stays, and a metric and a log line
report it.

- **TLS files**: new connections get the new certificate at once, open ones continue. When an
  authority is removed from \`--grpc-client-ca-file\`, every open connection is asked to reconnect, so
  that its certificate is checked again. With \`--admin-client-ca-file\` certificates that were shown
  before count no more.
- **Tokens of administration**: a token that leaves the file is refused from then on.
- **Key file**: keys rotate while replicas run, see the
  [runbook](../deploy/runbook.md#rotation-of-the-server-keys).
- **Files for Redis** (password, authority, certificate and key) are read again at each connection.
`;

const HEALTHCHECK = `
## Settings of \`curfew healthcheck\`

It takes the settings of the gRPC port, so in the container of a server it needs no others. Where
clients need a certificate, it shows the server's own, unless it is given another one. It verifies
the server only with \`--ca-file\`.
`;

const ADMIN_CLIENT = `
## Settings of the commands that ask a server

\`curfew sessions\`, \`subjects\` and \`status\` ask the administration of a server. They name it, and
show who asks, by a token or by a certificate. A token never goes over the network without TLS.
`;

const KEY_FILE = `
## The key file

The key file holds the secrets that name the sessions, one a line, the newest first, in hex or base64,
each of at least 32 bytes:

\`\`\`sh
openssl rand -hex 32 > curfew.keys
\`\`\`

All replicas need the same file. Keep a copy: if it is lost, every session starts again. With
\`--store memory:\` it may be left out; then the key is random.
`;

const TLS = `
## TLS on the gRPC port

With \`--grpc-tls-cert-file\` and its key, the port speaks TLS 1.2 or newer, and HTTP/2 by ALPN:
clients must offer \`h2\`. Envoy's calls do so; its health checks do so only with
\`alpn_protocols: [h2]\`. With \`--grpc-client-ca-file\` clients need a certificate of one of these
authorities.
`;

/** `docs/settings.md`, from the rows of the settings. */
export function settingsPage(): string {
  const own = HEALTHCHECK_SETTINGS.filter(({ flag }) => !isServed(flag));
  const shared = HEALTHCHECK_SETTINGS.filter(({ flag }) => isServed(flag));
  return [
    '# Settings of the process',
    INTRO,
    '## Settings of `curfew serve`',
    ...PROCESS_SETTINGS.map(sectionOf),
    KEY_FILE,
    TLS,
    FILES,
    HEALTHCHECK,
    `Shared with \`curfew serve\`: ${shared.map(({ flag }) => `\`${flag}\``).join(', ')}.`,
    ...own.map(sectionOf),
    ADMIN_CLIENT,
    ...ADMIN_CLIENT_SETTINGS.map(sectionOf),
  ].join('\n\n');
}

/** What no duration and no number may be: its parser answers with the bounds. */
const OUT_OF_BOUNDS: Readonly<Record<string, string>> = {
  '<duration>': '36500d',
  '<number>': '-1',
};

function sectionOf(setting: SettingWords): string {
  const { flag, placeholder, variable, default: value, help } = setting;
  const fallback = value === undefined ? 'not set by default' : `default \`${value}\``;
  return `### \`${flag} ${placeholder}\`\n\n\`${variable}\`, ${fallback}: ${help}.${boundsOf(setting)}`;
}

/** The bounds, in the words of the parser itself. */
function boundsOf({ name, placeholder }: SettingWords): string {
  const text = OUT_OF_BOUNDS[placeholder];
  const parse = PROCESS_SETTINGS.find((setting) => setting.name === name)?.parse;
  if (text === undefined || parse === undefined) return '';
  const reading = parse(text);
  if (!('problem' in reading)) throw new Error(`the setting ${name} accepts ${text}`);
  return ` It ${reading.problem}.`;
}

function isServed(flag: string): boolean {
  return PROCESS_SETTINGS.some((setting) => setting.flag === flag);
}
