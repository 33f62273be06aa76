import type { RequestFacts } from '../../terms/request-facts.ts';
import type { ClientReason } from '../reason.ts';
import { returnTarget } from './return-target.ts';

/** The values of the placeholders of a `login_url`. */
export interface LoginValues {
  readonly facts: RequestFacts;
  readonly returnHosts: ReadonlySet<string>;
  readonly reason: ClientReason;
  /** In seconds. `undefined` leaves `{max_age}` empty. */
  readonly maxAgeS: number | undefined;
}

/** The policy's `login_url` with every placeholder replaced once by its percent-encoded value. */
export function loginLocation(loginUrl: string, values: LoginValues): string {
  return loginUrl.replace(/\{(return_to|reason|max_age)\}/g, (_match, name) =>
    encodeURIComponent(placeholder(String(name), values)),
  );
}

function placeholder(name: string, values: LoginValues): string {
  switch (name) {
    case 'return_to':
      return returnTarget(values.facts, values.returnHosts);
    case 'reason':
      return values.reason;
    default:
      return values.maxAgeS === undefined ? '' : String(values.maxAgeS);
  }
}
