/**
 * The marks by which a store shows that it still has the data of this installation: one in each
 * partition.
 */
export interface Installation {
  /** How the marks are now. Writes nothing. @throws {StoreUnavailable} */
  show(): Promise<InstallationState>;
  /** Marks each partition that has no mark. Marks that are there stay. @throws {StoreUnavailable} */
  init(): Promise<InstallationChange>;
  /**
   * Accepts that data was lost: unknown credentials open sessions again, in every partition.
   * @throws {StoreUnavailable}
   */
  acceptLoss(): Promise<InstallationChange>;
}

export interface InstallationState {
  /** How many partitions there are; 0 for a store that cannot lose data and go on. */
  readonly partitions: number;
  /** Partitions without a mark: of a new store, or of one that has lost everything. */
  readonly unmarked: number;
  /** Partitions whose loss was noticed under `on_store_loss: fence` and is not accepted yet. */
  readonly fenced: number;
  /** The oldest time at which a mark was renewed. `undefined`: there is no mark. */
  readonly renewedAtMs: number | undefined;
  /** The newest loss that the marks show, accepted or not. */
  readonly lastLoss: StoreLoss | undefined;
}

export interface InstallationChange {
  /** Partitions in which this call has changed something. */
  readonly changed: number;
  readonly state: InstallationState;
}

/** Partitions that have lost data. */
export interface StoreLoss {
  readonly partitions: number;
  /** When it was noticed, by the store's clock. */
  readonly noticedAtMs: number;
  /** What was written after this is lost. `undefined`: everything is lost. */
  readonly keptUntilMs: number | undefined;
}

/** For a store that is gone with its process, so that no marks could outlive its data. */
export const NO_INSTALLATION: Installation = {
  show: async () => NONE,
  init: async () => ({ changed: 0, state: NONE }),
  acceptLoss: async () => ({ changed: 0, state: NONE }),
};

const NONE: InstallationState = {
  partitions: 0,
  unmarked: 0,
  fenced: 0,
  renewedAtMs: undefined,
  lastLoss: undefined,
};
