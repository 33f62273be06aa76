import { FrameBudget } from '../frames/frame-budget.ts';
import type { Http2Limits } from '../http2-limits.ts';

/** For each answered call the peer may send this many more frames of the kinds that calls need. */
const PINGS_PER_CALL = 2;
const RESETS_PER_CALL = 1;
const CONTROL_PER_CALL = 4;

/** How many frames that are not requests one peer may send. */
export class ConnectionBudgets {
  readonly settings: FrameBudget;
  readonly pings: FrameBudget;
  /** Streams reset by the peer or for its violations (CVE-2023-44487, CVE-2025-8671). */
  readonly resets: FrameBudget;
  readonly emptyData: FrameBudget;
  readonly control: FrameBudget;

  constructor(limits: Http2Limits, nowMs: number) {
    const budget = (what: string, burst: number, perSecond: number): FrameBudget =>
      new FrameBudget({ what, burst, perSecond }, nowMs);
    const { settingsBurstMax, settingsPerSecondMax } = limits;
    this.settings = budget('SETTINGS frames', settingsBurstMax, settingsPerSecondMax);
    this.pings = budget('PING frames', limits.pingsBurstMax, limits.pingsPerSecondMax);
    this.resets = budget('reset streams', limits.resetsBurstMax, limits.resetsPerSecondMax);
    const { emptyDataBurstMax, emptyDataPerSecondMax } = limits;
    this.emptyData = budget('empty DATA frames', emptyDataBurstMax, emptyDataPerSecondMax);
    this.control = budget('control frames', limits.controlBurstMax, limits.controlPerSecondMax);
  }

  callAnswered(): void {
    this.pings.payBack(PINGS_PER_CALL);
    this.resets.payBack(RESETS_PER_CALL);
    this.control.payBack(CONTROL_PER_CALL);
  }
}
