import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for young objects at its first size while the program is loaded: what is compiled then lives for
 * ever, and the space would grow to many times what serving needs, and stay resident.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets the space grow as V8 sees fit, hence under load only. */
export function releaseYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
