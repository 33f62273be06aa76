import { codeCostsOf } from './code-costs.ts';
import type { CallFrame, CodeCosts, Spent } from './code-costs.ts';

/** The fields of V8's CPU profile that we read. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node ids, in the order of time. */
  readonly samples: readonly number[];
  /** Microseconds since the previous sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** Where CPU time went, in microseconds. */
export function cpuTimesOf({ nodes, samples, timeDeltas }: CpuProfile): CodeCosts {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const selfById = new Map<number, number>();
  for (const [place, id] of samples.entries()) {
    selfById.set(id, (selfById.get(id) ?? 0) + (timeDeltas[place] ?? 0));
  }
  const stackOf = (id: number): readonly CallFrame[] => {
    const stack: CallFrame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = known.get(at);
      if (node !== undefined) stack.push(node.callFrame);
    }
    return stack;
  };
  return codeCostsOf([...selfById].map(([id, amount]): Spent => ({ stack: stackOf(id), amount })));
}
