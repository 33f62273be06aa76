/** The flags of `curfew explain`. */
export interface ExplainFlags {
  readonly config?: string;
  readonly url: string;
  readonly method: string;
  /** Lines as `name: value`. */
  readonly header: readonly string[];
  /** Pairs as `key=value`. */
  readonly context: readonly string[];
  readonly principal: string;
  readonly json: boolean;
}
