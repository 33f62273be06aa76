import { codeCostsOf } from './code-costs.ts';
import type { CallFrame, CodeCosts, Spent } from './code-costs.ts';

/** The fields of V8's heap sampling profile that we read. */
export interface AllocationProfile {
  readonly head: AllocationNode;
}

interface AllocationNode {
  readonly callFrame: CallFrame;
  /** Bytes allocated here, scaled up from the samples. */
  readonly selfSize: number;
  readonly children: readonly AllocationNode[];
}

/** Where memory was allocated, in bytes, including objects collected meanwhile if the profiler was set so. */
export function allocationsOf({ head }: AllocationProfile): CodeCosts {
  return codeCostsOf(spentIn(head, []));
}

function* spentIn(node: AllocationNode, callers: readonly CallFrame[]): Generator<Spent> {
  const stack = [node.callFrame, ...callers];
  yield { stack, amount: node.selfSize };
  for (const child of node.children) yield* spentIn(child, stack);
}
