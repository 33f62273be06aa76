/** What the store says of itself at start-up. */
export type StoreInspection =
  | {
      readonly kind: 'usable';
      readonly product: 'memory' | 'redis' | 'valkey';
      readonly version: string;
      /** Settings that put sessions at risk: to be loud about, not to refuse. */
      readonly warnings: readonly StoreWarning[];
    }
  /** Cannot be used, and `text` says why to the operator. */
  | { readonly kind: 'refused'; readonly text: string };

export interface StoreWarning {
  readonly kind: 'eviction_policy' | 'memory_nearly_full';
  readonly text: string;
}
