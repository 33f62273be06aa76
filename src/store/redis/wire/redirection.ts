/** Where a node of a Redis Cluster says that a slot is. */
export interface Redirection {
  readonly slot: number;
  /** Empty: the host of the node that said so. */
  readonly host: string;
  readonly port: number;
}

/** The slots of a Redis Cluster. */
export const SLOT_COUNT = 16_384;
const PORT_MAX = 65_535;
const FORM = /^(?:MOVED|ASK) (\d{1,5}) ([A-Za-z0-9._:%-]{0,255}):(\d{1,5})$/;

/** Reads the text of MOVED or ASK; `undefined` for anything that is not wholly as it should be. */
export function readRedirection(text: string): Redirection | undefined {
  const [, slot, host, port] = FORM.exec(text) ?? [];
  if (slot === undefined || host === undefined || port === undefined) return undefined;
  if (Number(slot) >= SLOT_COUNT || !isPort(Number(port))) return undefined;
  return { slot: Number(slot), host, port: Number(port) };
}

/** Whether this is a number that a port can have. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= PORT_MAX;
}
