/** What the store reports of itself at the start. */
export type StoreInspection =
  | {
      readonly kind: 'usable';
      readonly product: 'memory' | 'redis' | 'redict' | 'valkey';
      readonly version: string;
      /**
       * Settings that put sessions at risk. They are logged as errors; the store is used anyway.
       */
      readonly warnings: readonly StoreWarning[];
    }
  /** The store cannot be used; `text` says why. */
  | { readonly kind: 'refused'; readonly text: string };

export interface StoreWarning {
  readonly kind:
    | 'eviction_policy'
    | 'replicas_not_required'
    | 'memory_nearly_full'
    | 'cluster_node'
    | 'wait_forbidden'
    | 'publish_forbidden';
  readonly text: string;
}
