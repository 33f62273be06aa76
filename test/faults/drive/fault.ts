import type { Dice } from './dice.ts';

/** Something that goes wrong, and how it is mended. */
export interface Fault {
  readonly name: string;
  /** How long before it a write may have been acknowledged and is lost; left out: none is. */
  readonly mayLoseMs?: number;
  /** Whether another server is the primary after it. */
  readonly isFailover?: boolean;
  /** Whether its mending needs the other servers: two such faults never come at once. */
  readonly needsOthers?: boolean;
  /** Whether with all else it may lose what the replicas of Curfew know of each other. */
  readonly losesAnnouncements?: boolean;
  /** Whether every replica of Curfew must count what is lost. */
  readonly isLoss?: boolean;
  /** Makes the fault. Resolves when all is as before. */
  inject(dice: Dice): Promise<void>;
}
