/** The PEM files for Envoy. */
export interface EnvoyTlsFiles {
  readonly ca: string;
  /** If left out, Envoy presents no certificate. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

const FIRST = '# transport_socket:';

/** The production example with its comment about TLS to Curfew activated, and the files in it replaced. */
export function withTlsToCurfew(config: string, files: EnvoyTlsFiles): string {
  const lines = config.split('\n');
  const begin = lines.findIndex((line) => line.trim() === FIRST);
  const length = lines.slice(begin).findIndex((line) => !/^ *#( |$)/.test(line));
  // The block ends with its indentation: the lines after it are the comment of the next setting.
  const block = lines.slice(begin, begin + length).filter((line, index) => {
    return index === 0 || /^ *# {3}/.test(line);
  });
  if (begin < 0 || block.length < 5) throw new Error('envoy.yaml has no comment about TLS');
  const text = block.map((line) => line.replace(/# /, '')).join('\n');
  const shown =
    files.client === undefined
      ? text.replace(/^ *tls_certificates:\n.*\n.*\n/m, '')
      : replaced(
          replaced(text, '/etc/envoy/client.crt', files.client.certificate),
          '/etc/envoy/client.key',
          files.client.key,
        );
  const inForce = replaced(shown, '/etc/envoy/curfew-ca.crt', files.ca);
  return [...lines.slice(0, begin), inForce, ...lines.slice(begin + block.length)].join('\n');
}

function replaced(text: string, what: string, by: string): string {
  if (text.split(what).length !== 2) throw new Error(`envoy.yaml does not name ${what} once`);
  return text.replace(what, by);
}
