import { isIP } from 'node:net';
import { isHostName, readPort } from '../../store-hosts.ts';
import type { HostAndPort } from '../../store-hosts.ts';
import { RespError } from '../wire/resp.ts';
import type { RespReply } from '../wire/resp.ts';

/** What one Sentinel says: where the primary is, or why it does not say so. */
export type SentinelAnswer =
  | {
      readonly kind: 'primary';
      readonly address: HostAndPort;
      /** Grows with each failover. Of two Sentinels, the one with the higher epoch knows more. */
      readonly epoch: number;
    }
  /** Without address, key or password. */
  | { readonly kind: 'fault'; readonly why: string };

/** The channel on which a Sentinel says that another server is the primary now. */
export const SWITCH_CHANNEL = '+switch-master';

const STRANGE = 'it names something that is not an address of a server';

const REFUSALS: Readonly<Record<string, string>> = {
  NOAUTH: 'it requires a password: name a file that holds it with CURFEW_SENTINEL_PASSWORD_FILE',
  WRONGPASS: 'wrong user or password for it',
  NOPERM: `its ACL user needs +sentinel|get-master-addr-by-name +sentinel|master +subscribe +ping &${SWITCH_CHANNEL}`,
  ERR: 'it is not a Sentinel',
};

/** Why a Sentinel refuses a command, as a fault of it. */
export function refusalBy({ word }: RespError): SentinelAnswer {
  const hint = REFUSALS[word];
  return { kind: 'fault', why: hint === undefined ? word : `${word} (${hint})` };
}

/** Reads the reply to `SENTINEL GET-MASTER-ADDR-BY-NAME`. The epoch is not in it. */
export function readAddress(reply: RespReply): HostAndPort | SentinelAnswer {
  if (reply instanceof RespError) return refusalBy(reply);
  if (reply === null) {
    return { kind: 'fault', why: 'it watches no primary of the name that the store URL gives' };
  }
  if (typeof reply === 'string' || reply.length !== 2) return { kind: 'fault', why: STRANGE };
  return addressOf(reply[0], reply[1]) ?? { kind: 'fault', why: STRANGE };
}

/** Reads `config-epoch` from the reply to `SENTINEL MASTER`, a flat list of fields and values. */
export function readEpoch(reply: RespReply): number | SentinelAnswer {
  if (reply instanceof RespError) return refusalBy(reply);
  if (reply === null || typeof reply === 'string') return { kind: 'fault', why: STRANGE };
  const epoch = reply[reply.indexOf('config-epoch') + 1];
  return typeof epoch === 'string' && /^\d{1,15}$/.test(epoch) ? Number(epoch) : 0;
}

/**
 * Reads what arrives on {@link SWITCH_CHANNEL}: the name of the primary, the host and port of the
 * old one, and those of the new one. `undefined` if it is about another primary, or unreadable.
 */
export function readSwitch(reply: RespReply, primaryName: string): HostAndPort | undefined {
  if (reply === null || typeof reply === 'string' || reply instanceof RespError) return undefined;
  const [kind, channel, text] = reply;
  if (kind !== 'message' || channel !== SWITCH_CHANNEL || typeof text !== 'string')
    return undefined;
  const [name, , , host, port, ...more] = text.split(' ');
  if (name !== primaryName || more.length > 0) return undefined;
  return addressOf(host, port);
}

function addressOf(
  host: RespReply | undefined,
  portText: RespReply | undefined,
): HostAndPort | undefined {
  if (typeof host !== 'string' || typeof portText !== 'string') return undefined;
  const port = readPort(portText);
  if (port === undefined || (isIP(host) === 0 && !isHostName(host))) return undefined;
  return { host: host.toLowerCase(), port };
}
