import { COARSE, FINE } from './world.ts';
import type { ActorRole, World } from './world.ts';

const checker: ActorRole = { own: 0, checks: ['calm', 'strict'], ends: false };
const calm: ActorRole = { own: 0, checks: ['calm'], ends: false };
const ender: ActorRole = { own: 0, checks: [], ends: true };
const newer: ActorRole = { own: 1, checks: ['calm'], ends: false };

const NOTHING_ELSE = {
  times: COARSE,
  names: 1,
  hasSweeper: false,
  hasFailovers: false,
  restartsEmpty: false,
  hasCrashes: false,
  skewMs: 0,
  repliesWait: false,
  unknown: 'leave',
  longStepsMax: Infinity,
} as const;

/** Two policies, the sweeper, and primaries whose clocks differ. */
export const DEADLINES: World = {
  ...NOTHING_ELSE,
  title: 'deadlines',
  actors: [checker, checker, checker],
  hasSweeper: true,
  hasFailovers: true,
  skewMs: 1,
  stepsMax: 6,
  longStepsMax: 9,
};

/** One replica ends the session, confirms it, and writes it again. */
export const ENDS: World = {
  ...NOTHING_ELSE,
  title: 'ends',
  actors: [ender, calm, calm],
  hasFailovers: true,
  stepsMax: 6,
  longStepsMax: 8,
};

/** The same with fewer actors, for what needs more steps. */
export const ENDS_OF_TWO: World = { ...ENDS, actors: [ender, calm], stepsMax: 8 };

/** The store loses everything, and the replica that ended the session may die. */
export const LOSSES: World = {
  ...NOTHING_ELSE,
  title: 'losses',
  actors: [ender, calm, calm],
  hasFailovers: true,
  restartsEmpty: true,
  hasCrashes: true,
  unknown: 'tombstone',
  stepsMax: 5,
  longStepsMax: 7,
};

/** Two replicas write with different keys, and each knows both. */
export const NAMES_OF_ONE: World = {
  ...NOTHING_ELSE,
  title: 'names',
  names: 2,
  actors: [calm, newer],
  stepsMax: Infinity,
};

/** The same, with more instants: only in the long run. */
export const NAMES_FINELY: World = {
  ...NAMES_OF_ONE,
  title: 'names, finely',
  isLong: true,
  times: FINE,
};

/** The same, with a third replica and a Cluster whose shards fail one by one. */
export const NAMES_AND_FAILOVERS: World = {
  ...NOTHING_ELSE,
  title: 'names and failovers',
  names: 2,
  actors: [calm, newer, newer],
  hasFailovers: true,
  stepsMax: 6,
  longStepsMax: 9,
};

/** Replies wait, so that they are late, or meet the next question. */
export const REPLIES: World = {
  ...NOTHING_ELSE,
  title: 'replies',
  actors: [checker, checker],
  repliesWait: true,
  stepsMax: 4,
  longStepsMax: 6,
};

/** All of it at once. */
export const EVERYTHING: World = {
  ...NOTHING_ELSE,
  title: 'everything',
  names: 2,
  actors: [
    { own: 0, checks: ['calm'], ends: true },
    { own: 1, checks: ['strict'], ends: false },
    { own: 1, checks: ['calm'], ends: false },
  ],
  hasSweeper: true,
  hasFailovers: true,
  restartsEmpty: true,
  hasCrashes: true,
  skewMs: 1,
  stepsMax: 3,
  longStepsMax: 6,
};

export const WORLDS: readonly World[] = [
  DEADLINES,
  ENDS,
  LOSSES,
  NAMES_OF_ONE,
  NAMES_FINELY,
  NAMES_AND_FAILOVERS,
  REPLIES,
  EVERYTHING,
];
