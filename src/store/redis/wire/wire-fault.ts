import type { RespError } from './resp.ts';

/**
 * Why a call got no reply that it can use. Plain values and not errors: the owner of the wire makes
 * its own error of them.
 *
 * - `lost`: the connection ended before the reply came; the server may have run the call.
 * - `late`: no reply came before the deadline; the server may have run the call.
 * - `full`: too many replies are outstanding on this connection, so the call was not sent.
 * - `foreign`: a reply came that belongs to another call.
 * - `misplaced`: the nodes of a Cluster sent it from one to another; none has run it.
 * - `refused`: the server answered with an error.
 */
export type WireFault =
  { readonly kind: 'lost' | 'late' | 'full' | 'foreign' | 'misplaced' } | RespError;

export const LOST: WireFault = { kind: 'lost' };
export const LATE: WireFault = { kind: 'late' };
export const FULL: WireFault = { kind: 'full' };
export const FOREIGN: WireFault = { kind: 'foreign' };
export const MISPLACED: WireFault = { kind: 'misplaced' };
