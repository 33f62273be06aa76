import type { Capabilities } from '../../capabilities.ts';
import type { StoreCall, StoreObserver } from '../../store-observer.ts';
import { loadScripts, perScript } from '../load-scripts.ts';
import type { PerScript } from '../load-scripts.ts';
import type { Script } from '../wire/script.ts';
import { CallKind } from './observed-call.ts';
import { TouchText } from './touch-text.ts';

/** How calls are spelled and reported. The connections to all nodes of a Cluster share one. */
export class CallSpelling {
  readonly scripts: PerScript<Script> = loadScripts();
  readonly touchText: TouchText;
  readonly kinds: Readonly<Record<StoreCall, CallKind>>;

  constructor(capabilities: Capabilities, observer: StoreObserver) {
    this.touchText = new TouchText(this.scripts.touch, capabilities);
    this.kinds = {
      ...perScript((name) => new CallKind(name, this.scripts[name], observer)),
      read: new CallKind('read', undefined, observer),
    };
  }
}
