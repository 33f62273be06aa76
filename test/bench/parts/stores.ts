import { figure } from '../figures.ts';
import type { Part } from '../part.ts';
import { failoverTable } from '../stores/failovers.ts';
import { kindTable, serverTable, sizeTable } from '../stores/store-costs.ts';

const SIZES = {
  quick: {
    rounds: 1,
    firstWarmUpMs: 500,
    times: { warmUpMs: 200, measuredMs: 1_000 },
    sizes: { few: 1_000, many: 20_000 },
    servers: { sessions: 20_000, perSecond: 200 },
    failovers: { rounds: 1, aroundMs: 1_000 },
  },
  full: {
    rounds: 7,
    firstWarmUpMs: 10_000,
    times: { warmUpMs: 1_000, measuredMs: 6_000 },
    sizes: { few: 10_000, many: 10_000_000 },
    servers: { sessions: 1_000_000, perSecond: 1_000 },
    failovers: { rounds: 5, aroundMs: 3_000 },
  },
} as const;

/** What more than one server costs a check, what many sessions cost it, and what a failover does. */
export const stores: Part = {
  name: 'stores',
  title: 'Many sessions, many servers',
  isKept: true,
  run: async ({ size, program, say }) => {
    const { rounds, firstWarmUpMs, times, sizes, servers, failovers } = SIZES[size];
    const options = { program, rounds, firstWarmUpMs, times, say };
    const kinds = await kindTable(options);
    const manySessions = await sizeTable(sizes, options);
    const eachServer = await serverTable(servers, options);
    const lost = await failoverTable({ program, say, ...failovers });
    return `Goal: CPU of Curfew per check on Sentinel at most 3 % more than on one Redis, on a Cluster 8 %; beside ${figure(sizes.many)}
sessions at most 12 % more than beside ${figure(sizes.few)}; after a failover at most 1 s without a verdict since the
store names the new primary; by a planned failover a Cluster at most 5 of 2 000 checks without a
verdict, Sentinel at most 0.2 s.

${kinds}

${manySessions}

In each round they take turns, with 64 checks in flight; the ratio is that of one round. Round trips are EVALSHA and EVAL on all
servers, without those of the sweeper. The sessions beside are live. A script wrote
them, without events, with the fields, the deadline entry and the time-to-live of one that Curfew opened.

${eachServer}

Bytes are the difference of \`used_memory\` by ${figure(servers.sessions)} such sessions, divided by them; latency is that of ${figure(servers.perSecond)}
checks a second.

${lost}`;
  },
};
