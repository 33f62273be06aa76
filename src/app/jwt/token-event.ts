/** What the operator is told about the keys that verify tokens. Carries nothing of any token. */
export type TokenEvent =
  /** A new set of keys is in use. `ignored` keys of it cannot verify a signature (symmetric, private, broken, weak). */
  | {
      readonly kind: 'token_keys_loaded';
      readonly origin: string;
      readonly keys: number;
      readonly ignored: number;
    }
  /** The keys could not be read. Told once for each new cause; `kept` = the last good ones stay in use. */
  | {
      readonly kind: 'token_keys_unreadable';
      readonly origin: string;
      readonly why: string;
      readonly kept: boolean;
    };
