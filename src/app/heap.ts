import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap small while the process starts. Call it before anything that serves is loaded.
 *
 * Code that is compiled at the start lives as long as the process. With V8's defaults the space for
 * young objects would grow to many times of what serving needs, and stay that large. Full
 * collections whose only purpose is to free memory are turned off: they stop a busy process for
 * tens of milliseconds. (The image sets further flags, which a running V8 does not accept.)
 */
export function limitYoungHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-memory-reducer');
}

/** Lets the space for young objects grow again, which it then does under load only. */
export function allowYoungHeapGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
