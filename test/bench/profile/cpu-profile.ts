/** What `node --cpu-prof` writes, as far as we read it. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node ids, in the order of time. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

/** Where CPU time went. All in microseconds. */
export interface CpuTimes {
  readonly total: number;
  /** By place (see `placeOf`): time in its own code alone. */
  readonly selfByPlace: ReadonlyMap<string, number>;
  /** By function of ours: in its own code alone, and with all that it calls. */
  readonly selfByFunction: ReadonlyMap<string, number>;
  readonly wholeByFunction: ReadonlyMap<string, number>;
}

const NOT_WORKING: ReadonlySet<string> = new Set(['(root)', '(idle)']);

export function cpuTimesOf({ nodes, samples, timeDeltas }: CpuProfile): CpuTimes {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const selfById = new Map<number, number>();
  for (const [place, id] of samples.entries()) add(selfById, id, timeDeltas[place] ?? 0);
  let total = 0;
  const selfByPlace = new Map<string, number>();
  const selfByFunction = new Map<string, number>();
  const wholeByFunction = new Map<string, number>();
  for (const [id, us] of selfById) {
    const node = known.get(id);
    if (node === undefined || NOT_WORKING.has(node.callFrame.functionName)) continue;
    total += us;
    add(selfByPlace, placeOf(node), us);
    const own = functionOf(node);
    if (own !== undefined) add(selfByFunction, own, us);
    // Each function once, however often it stands in this stack.
    const callers = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const caller = known.get(at);
      const name = caller && functionOf(caller);
      if (name !== undefined) callers.add(name);
    }
    for (const name of callers) add(wholeByFunction, name, us);
  }
  return { total, selfByPlace, selfByFunction, wholeByFunction };
}

const OURS = /\/(?:dist|src)\/(.+)\.[jt]s$/;

/** A package, a folder of ours, Node's own modules, or what V8 does by itself. */
function placeOf({ callFrame: { url, functionName } }: ProfileNode): string {
  const inPackage = url.split('/node_modules/').at(-1);
  if (url.includes('/node_modules/') && inPackage !== undefined) {
    return inPackage
      .split('/')
      .slice(0, inPackage.startsWith('@') ? 2 : 1)
      .join('/');
  }
  const ours = OURS.exec(url)?.[1];
  if (ours !== undefined) return `curfew: ${ours.split('/')[0]}`;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  return functionName.startsWith('(') ? functionName : `native ${functionName}`;
}

function functionOf({ callFrame: { url, functionName } }: ProfileNode): string | undefined {
  if (url.includes('/node_modules/')) return undefined;
  const file = OURS.exec(url)?.[1];
  return file === undefined ? undefined : `${file} ${functionName || '(anonymous)'}`;
}

function add<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
