import { nearestWord } from '../terms/nearest-word.ts';
import { ADMIN_CLIENT_SETTINGS } from './admin-client-settings.ts';
import { HEALTHCHECK_SETTINGS } from './healthcheck-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';
import type { Environment } from './process-settings.ts';

const PREFIX = 'CURFEW_';
const NAME_MAX = 100;
// What Kubernetes sets in every pod for a Service named "curfew" or "curfew-…", unless enableServiceLinks is false.
const SERVICE_LINK =
  /^CURFEW_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** One warning for each `CURFEW_…` variable that is not a setting, naming the nearest one. Never shows a value. */
export function warnOfUnknownVariables(environment: Environment): string[] {
  const settings = [...PROCESS_SETTINGS, ...HEALTHCHECK_SETTINGS, ...ADMIN_CLIENT_SETTINGS];
  const known = new Set<string>(settings.map((setting) => setting.variable));
  const words = [...known].map((name) => name.slice(PREFIX.length));
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .filter((name) => !isServiceLink(name, environment[name] ?? ''))
    .toSorted()
    .map((name) => {
      const near = nearestWord(name.slice(PREFIX.length), words);
      const hint =
        near === undefined ? 'see curfew serve --help' : `did you mean ${PREFIX}${near}?`;
      return `${name.slice(0, NAME_MAX)} is not a setting and has no effect; ${hint}`;
    });
}

function isServiceLink(name: string, value: string): boolean {
  if (!SERVICE_LINK.test(name)) return false;
  return (
    !name.endsWith('_PORT') || name.endsWith('_SERVICE_PORT') || /^(?:tcp|udp|sctp):/.test(value)
  );
}
