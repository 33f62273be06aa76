import { stringify } from 'yaml';
import { PRESETS } from '../../src/policy/file/presets.ts';
import { formatDuration } from '../../src/terms/duration.ts';
import { policyFileKeys } from './schema-keys.ts';
import type { SchemaKey } from './schema-keys.ts';
import { typeOf } from './schema-type.ts';

/** A whole file with most of the keys that real files need. The tests parse it. */
export const SAMPLE_FILE = `# yaml-language-server: $schema=curfew.schema.json
version: 1
host_ports: ignored # Envoy strips them
sources:
  - name: web
    cookie: { name: __Host-sid, path: / }
    opening: first-use
    credential_lifetime: 30d
  - name: api
    jwt:
      issuer: https://idp.example.com
      audience: shop
      jwks_uri: https://idp.example.com/keys
      per_login: true
    credential_lifetime: 30d
policies: # the first match wins; the last policy catches the rest
  - name: signin
    match: [{ host: login.example.com }, { path: /login/** }]
    session: login
  - name: public
    match: [{ path: /assets/** }, { path: /favicon.ico }]
    session: off
  - name: payments
    match: [{ host: pay.example.com }, { path: /transfer/**, methods: [POST] }]
    preset: pci-dss-4
    absolute: 8h
    streams: active
  - name: reports
    match: [{ path: /reports/** }]
    mode: observe
    idle: 10m
    absolute: 8h
  - name: default
    idle: 1h
    absolute: 12h
    passive: [{ path: /api/notifications }]
    login_url: https://login.example.com/?rd={return_to}&reason={reason}
    return_hosts: [shop.example.com]
    expose_lifetime: true
`;

const INTRO = `
The policy file says where sessions are found and which timeouts they have. It is YAML 1.2, in one
file (\`--config\`, default \`curfew.yaml\`), and it is strict: an unknown key, a duplicate, a
contradiction, or a policy that no request can reach is an error. \`curfew check-config FILE\` lists
all of them at once, with line and column. \`curfew explain\` shows which policy judges a request.
A file that the version before accepted still starts after an upgrade, with a warning that says what
is assumed; \`curfew check-config\` refuses it until the file says so itself.

The file is read again within a second of a change, ConfigMaps included (not with \`subPath\` mounts,
which Kubernetes never updates); a file at all limits may take ten. A file that is saved in place is
used once it has not changed for 300 ms. A new version is used as a whole or not at all: if it has an
error, the last good version stays.

Durations are whole numbers with units, the largest unit first: \`250ms\`, \`90s\`, \`15m\`, \`1h30m\`,
\`30d\`. The words are explained in [Concepts](concepts.md).
`;

const FOOT = `
## Presets

\`preset\` sets both timeouts to the values of a standard. \`curfew presets\` lists them with their
citations and says which values are a choice of Curfew because the text gives no number.

| preset | idle | absolute | citation |
| ------ | ---- | -------- | -------- |
`;

/** `docs/policy-file.md`, from the schemas that validate the file. */
export function policyFilePage(): string {
  const keys = policyFileKeys();
  return [
    '# The policy file',
    INTRO,
    '## A whole file',
    block(SAMPLE_FILE),
    '## All keys',
    indexOf(keys),
    ...keys.map(sectionOf),
    FOOT + presetRows(),
  ].join('\n\n');
}

function sectionOf(key: SchemaKey): string {
  const { node, name, path, sameKeysAs } = key;
  const [example] = node.examples ?? [];
  if (node.description === undefined || example === undefined) {
    throw new Error(`${path} has no description or no example`);
  }
  return [
    `### \`${path}\``,
    `_${capital(typeOf(node))}._ ${node.description}`,
    ...(sameKeysAs === undefined ? [] : [`It has the keys of ${linkTo(sameKeysAs)}.`]),
    block(stringify({ [name]: example }, { flowCollectionPadding: true })),
  ].join('\n\n');
}

function indexOf(keys: readonly SchemaKey[]): string {
  const places = Map.groupBy(keys, ({ path, name }) =>
    path.slice(0, Math.max(0, path.length - name.length - 1)),
  );
  return [...places]
    .map(([place, below]) => {
      const where = place === '' ? 'Top level' : `\`${place}\``;
      return `- ${where}: ${below.map(({ path, name }) => linkTo(path, name)).join(', ')}`;
    })
    .join('\n');
}

function presetRows(): string {
  return [...PRESETS.values()]
    .map(({ name, idleTimeoutMs, absoluteTimeoutMs, citation }) => {
      const idle = idleTimeoutMs === undefined ? 'none' : formatDuration(idleTimeoutMs);
      return `| ${name} | ${idle} | ${formatDuration(absoluteTimeoutMs)} | ${citation} |`;
    })
    .join('\n');
}

function linkTo(path: string, text = path): string {
  return `[\`${text}\`](#${path.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '')})`;
}

function block(yaml: string): string {
  return `\`\`\`yaml\n${yaml.trimEnd()}\n\`\`\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
