import type { Dice } from './dice.ts';

/** Something that goes wrong, and how it is mended. */
export interface Fault {
  readonly name: string;
  /** How long before it a write may have been acknowledged and is lost; left out: none is. */
  readonly mayLoseMs?: number;
  /** Whether another server is the primary after it. */
  readonly isFailover?: boolean;
  /** Makes the fault. Resolves when all is as before. */
  inject(dice: Dice): Promise<void>;
}
