import { MalformedCheck } from '../../transport/codec/codec-fault.ts';
import {
  ConnectionFailed,
  HandshakeFailed,
  TransportOverloaded,
} from '../../transport/transport-fault.ts';
import type { TransportFault } from '../../transport/transport-fault.ts';
import type { CheckMetrics } from '../metrics/check-metrics.ts';
import { LineBudget } from './line-budget.ts';
import { errorFields } from './log.ts';
import type { Log } from './log.ts';

const LINE_LIMIT = { burst: 20, perSecond: 2 };

/** Counts every fault of the transport, and logs as many of them as a person would read. */
export function createTransportLog(
  log: Log,
  metrics: CheckMetrics,
  nowMs: () => number,
): (fault: TransportFault) => void {
  const budget = new LineBudget(LINE_LIMIT, nowMs());
  return (fault) => {
    const isForeign =
      fault instanceof MalformedCheck ||
      fault instanceof TransportOverloaded ||
      fault instanceof HandshakeFailed ||
      fault instanceof ConnectionFailed;
    if (fault instanceof MalformedCheck) metrics.refused('internal_error');
    if (fault instanceof TransportOverloaded) metrics.refused('overloaded');
    if (!budget.take(fault.name, nowMs())) return;
    const suppressed = budget.takeSuppressed();
    const fields = {
      event: eventOf(fault),
      // Our own faults are bugs and need cause and stack. What a peer sent is not repeated.
      ...errorFields(isForeign ? fault : (fault.cause ?? fault), { stack: !isForeign }),
      fault: fault.name,
      suppressed,
    };
    log[isForeign ? 'warn' : 'error'](fields, fault.message);
  };
}

function eventOf(fault: TransportFault): string {
  if (fault instanceof HandshakeFailed) return 'handshake_failed';
  return fault instanceof ConnectionFailed ? 'connection_failed' : 'call_failed';
}
