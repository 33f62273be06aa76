import type { HostAndPort } from '../../store-hosts.ts';
import { RespError } from '../wire/resp.ts';
import type { RespReply } from '../wire/resp.ts';
import { readAddress, readEpoch, refusalBy, SWITCH_CHANNEL } from './sentinel-answer.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';

/** A command for a Sentinel, and what its reply is given to. */
export interface Question {
  readonly words: readonly string[];
  readonly heard: (reply: RespReply) => void;
}

interface Asked {
  readonly primaryName: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Called with the address, or with a fault: at most once with each. */
  readonly answered: (answer: SentinelAnswer) => void;
}

/** What a new connection to a Sentinel begins with: log in, ask for the primary, and listen. */
export function questionsTo({
  primaryName,
  username,
  password,
  answered,
}: Asked): readonly Question[] {
  let address: HostAndPort | undefined;
  const questions: readonly Question[] = [
    {
      words: ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primaryName],
      heard: (reply) => {
        const read = readAddress(reply);
        if ('kind' in read) answered(read);
        else address = read;
      },
    },
    {
      words: ['SENTINEL', 'MASTER', primaryName],
      heard: (reply) => {
        if (address === undefined) return;
        const epoch = readEpoch(reply);
        answered(typeof epoch === 'number' ? { kind: 'primary', address, epoch } : epoch);
      },
    },
    {
      words: ['SUBSCRIBE', SWITCH_CHANNEL],
      heard: (reply) => {
        if (reply instanceof RespError) answered(refusalBy(reply));
      },
    },
  ];
  if (password === undefined) return questions;
  const login = username === undefined ? [password] : [username, password];
  const heardLogin = (reply: RespReply): void => {
    // ERR: it has no password, and can be used without one.
    if (reply instanceof RespError && reply.word !== 'ERR') answered(refusalBy(reply));
  };
  return [{ words: ['AUTH', ...login], heard: heardLogin }, ...questions];
}
