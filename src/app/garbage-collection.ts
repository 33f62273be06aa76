import { setFlagsFromString } from 'node:v8';

/**
 * Before anything that serves is loaded. What is compiled then lives for ever: the space for young objects would grow to many
 * times what serving needs, and stay resident. Full collections for the sake of memory alone are forbidden: they stop
 * a busy process for tens of milliseconds. (The image forbids more by flags, which a running V8 does not take.)
 */
export function holdHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-memory-reducer');
}

/** Lets the space for young objects grow as V8 sees fit, hence under load only. */
export function releaseHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
