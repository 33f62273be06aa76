import { readsSessions, sessionOf } from '../build/build-policy.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { Findings } from '../file/problem.ts';

/** Says once that streams are passive, because some applications are used over one alone. */
export function checkStreams({ policies }: DraftFile, { note }: Findings): void {
  const place = policies.findIndex(
    (policy) =>
      policy !== undefined && readsSessions(sessionOf(policy)) && policy.streams === undefined,
  );
  if (place === -1) return;
  note(
    ['policies', place],
    'upgrades (WebSockets) and event streams do not count as activity here',
    'write streams: active for applications in which people work over one, such as terminals and notebooks',
  );
}
