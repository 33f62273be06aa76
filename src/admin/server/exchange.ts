import type { ShownCredentials } from '../access/authenticate.ts';
import type { CallNotes } from '../call-notes.ts';

/** One request while it is answered: what the server knows beside its method and target. */
export interface Exchange {
  readonly shown: ShownCredentials;
  readonly notes: CallNotes;
  readonly hasBody: boolean;
  /** Empty if the request names none. */
  readonly contentType: string;
  /** Reads the body. @throws {AdminProblem} if it is too large, or not UTF-8 */
  readBody(): Promise<string>;
}
