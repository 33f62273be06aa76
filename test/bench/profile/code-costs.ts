/** Where CPU time or memory is spent. */
export interface CodeCosts {
  readonly total: number;
  /** By place (see `placeOf`): only in its own code. */
  readonly selfByPlace: ReadonlyMap<string, number>;
  /** By function of any origin: only in its own code. */
  readonly selfByFunction: ReadonlyMap<string, number>;
  /** By function of ours: including everything that it calls. */
  readonly wholeByFunction: ReadonlyMap<string, number>;
}

/** A place on the stack, as V8 reports it. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** What was spent at one place on one stack, innermost frame first. */
export interface Spent {
  readonly stack: readonly CallFrame[];
  readonly amount: number;
}

const NOT_WORKING: ReadonlySet<string> = new Set(['(root)', '(idle)']);

export function codeCostsOf(all: Iterable<Spent>): CodeCosts {
  let total = 0;
  const selfByPlace = new Map<string, number>();
  const selfByFunction = new Map<string, number>();
  const wholeByFunction = new Map<string, number>();
  for (const { stack, amount } of all) {
    const [own] = stack;
    if (own === undefined || amount === 0 || NOT_WORKING.has(own.functionName)) continue;
    total += amount;
    add(selfByPlace, placeOf(own), amount);
    add(selfByFunction, functionOf(own), amount);
    // Each function once, even if it is on this stack several times.
    const callers = new Set(stack.filter(isOurs).map(functionOf));
    for (const name of callers) add(wholeByFunction, name, amount);
  }
  return { total, selfByPlace, selfByFunction, wholeByFunction };
}

const OURS = /\/(?:dist|src)\/(.+)\.[jt]s$/;

/** A package, a folder of ours, Node's own modules, or V8 itself. */
function placeOf({ url, functionName }: CallFrame): string {
  const inPackage = packagePath(url);
  if (inPackage !== undefined) {
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

function functionOf(frame: CallFrame): string {
  const { url, functionName, lineNumber } = frame;
  const name = functionName || `(anonymous in line ${lineNumber + 1})`;
  const file = packagePath(url) ?? OURS.exec(url)?.[1] ?? url;
  return file === '' ? name : `${file} ${name}`;
}

function isOurs({ url }: CallFrame): boolean {
  return packagePath(url) === undefined && OURS.test(url);
}

function packagePath(url: string): string | undefined {
  return url.includes('/node_modules/') ? url.split('/node_modules/').at(-1) : undefined;
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
