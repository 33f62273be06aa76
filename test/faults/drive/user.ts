import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Policy, Question } from '../oracle/recording.ts';
import type { Dice } from './dice.ts';

/** What one user does: asks, and sees the answer. */
export interface UserWorld {
  /** The policies of the newest file. */
  readonly policies: () => Readonly<Record<string, Policy>>;
  readonly isOver: () => boolean;
  /** Asks a replica, or with `atOnce` two of them at once; one of the answers. */
  readonly ask: (session: Session, question: Question, atOnce?: boolean) => Promise<Answer>;
  readonly newSession: () => Session;
}

/** A credential, by number; the recording never has the credential itself. */
export interface Session {
  readonly number: number;
  readonly credential: string;
}

const PASSIVE = 0.2;
const SENSITIVE = 0.3;
const AT_ONCE = 0.05;
const ENDS = 0.015;
/** How often an ended session is asked about again. */
const AFTERWARDS = 4;
/** How near to a limit a user who aims at it asks. */
const AIM_MS = 60;
const SHORTEST_MS = 15;

/** One user, with one session after the other, until the run is over. */
export async function beUser(world: UserWorld, dice: Dice): Promise<void> {
  while (!world.isOver()) {
    // oxlint-disable-next-line no-await-in-loop -- one session after the other
    await useSession(world, dice);
  }
}

async function useSession(world: UserWorld, dice: Dice): Promise<void> {
  const session = world.newSession();
  const openedAtMs = Date.now();
  const isDaring = dice.comes(0.6);
  let left = Infinity;
  while (left > 0 && !world.isOver()) {
    const question = nextQuestion(dice);
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const answer = await world.ask(session, question, dice.comes(AT_ONCE));
    if (left === Infinity && hasEnded(question, answer)) left = AFTERWARDS;
    left -= 1;
    const pauseMs = nextPauseMs(world.policies(), dice, { isDaring, openedAtMs });
    // oxlint-disable-next-line no-await-in-loop
    await sleep(left < AFTERWARDS ? dice.between(SHORTEST_MS, 400) : pauseMs);
  }
}

function nextQuestion(dice: Dice): Question {
  if (dice.comes(ENDS)) return { kind: 'revoke' };
  if (dice.comes(ENDS)) return { kind: 'logout' };
  const policy = dice.comes(SENSITIVE) ? 'sensitive' : 'default';
  return { kind: 'check', policy, isPassive: dice.comes(PASSIVE) };
}

function hasEnded(question: Question, answer: Answer): boolean {
  if (question.kind !== 'check') return answer.kind !== 'none';
  return answer.kind === 'deny' && answer.reason !== 'reauthentication_required';
}

/** Daring users aim at limits; the others are there often enough to reach the absolute timeout. */
function nextPauseMs(
  policies: Readonly<Record<string, Policy>>,
  dice: Dice,
  user: { readonly isDaring: boolean; readonly openedAtMs: number },
): number {
  const { idleMs, absoluteMs } = policies[dice.comes(0.5) ? 'default' : 'sensitive'] as Policy;
  const aim = dice.between(-AIM_MS, AIM_MS);
  const toAbsoluteMs = user.openedAtMs + absoluteMs + aim - Date.now();
  if (toAbsoluteMs > 0 && toAbsoluteMs < idleMs) return Math.max(SHORTEST_MS, toAbsoluteMs);
  if (user.isDaring && dice.comes(0.3)) return Math.max(SHORTEST_MS, idleMs + aim);
  return dice.between(SHORTEST_MS, Math.floor(idleMs * 0.8));
}
