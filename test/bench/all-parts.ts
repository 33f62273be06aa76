import type { Part } from './part.ts';
import { check } from './parts/check.ts';
import { clients } from './parts/clients.ts';
import { decision } from './parts/decision.ts';
import { leases } from './parts/leases.ts';
import { memory } from './parts/memory.ts';
import { profile } from './parts/profile.ts';
import { redis } from './parts/redis.ts';
import { reload } from './parts/reload.ts';
import { rivals } from './parts/rivals.ts';
import { stores } from './parts/stores.ts';
import { subjects } from './parts/subjects.ts';
import { sweep } from './parts/sweep.ts';

/** In the order in which they run, and are read. */
export const PARTS: readonly Part[] = [
  decision,
  check,
  rivals,
  leases,
  redis,
  memory,
  stores,
  subjects,
  sweep,
  clients,
  reload,
  profile,
];
