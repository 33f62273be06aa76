import type { Lifecycle } from '../process/lifecycle.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What every part of the process gets. */
export interface Shell {
  /** Where a part registers how to close what it has opened. */
  readonly lifecycle: Lifecycle;
  readonly telemetry: Telemetry;
  /** Stops the process, because this replica can never serve. */
  readonly giveUp: (why: string) => void;
}
