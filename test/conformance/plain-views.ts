import type { SessionDirectory } from '../../src/session/session-directory.ts';
import type { SessionStore, SourceRule, TouchReceiver } from '../../src/session/session-store.ts';
import type { Sweeper } from '../../src/store/sweep/sweeper.ts';

const PLAIN_ENDS = ['idle', 'absolute', 'revoked'];

/** Writes no mark, no subject, and no reason that an earlier version does not know. */
export function plainWriter(store: SessionStore): SessionStore {
  const unmarked = <Request extends Parameters<SessionStore['open']>[0]>(request: Request) => ({
    ...request,
    subject: undefined,
    subjectName: undefined,
    rule: {
      ...request.rule,
      onExpiry: request.rule.onExpiry === 'challenge' ? 'keep' : request.rule.onExpiry,
    } as const,
  });
  return {
    touch: (request, deadlineAtMs, receiver) =>
      store.touch(unmarked(request as Parameters<SessionStore['open']>[0]), deadlineAtMs, receiver),
    open: async (request) => store.open(unmarked(request)),
    end: async (request) => {
      const outcome = await store.end({ ...request, by: 'revoked' });
      return outcome.kind === 'ended' ? { ...outcome, subject: undefined } : outcome;
    },
    visitLogin: async (visit) => store.visitLogin(visit),
    claim: async (at, name) => store.claim(at, name),
  };
}

/**
 * Reads an exact reason as a revocation, and tells of no subject, as an earlier version does.
 */
export function plainReader(store: SessionStore): SessionStore {
  const read = <Outcome extends object>(outcome: Outcome): Outcome => {
    const { subject: _, ...rest } = outcome as Outcome & { readonly subject?: unknown };
    const isNew = 'by' in rest && !PLAIN_ENDS.includes(String(rest.by));
    return (isNew ? { ...rest, by: 'revoked' } : rest) as Outcome;
  };
  return {
    touch: (request, deadlineAtMs, receiver: TouchReceiver) =>
      store.touch(request, deadlineAtMs, {
        touched: (outcome) => receiver.touched(read(outcome)),
        failed: (fault) => receiver.failed(fault),
      }),
    open: async (request) => read(await store.open(request)),
    end: async (request) => {
      const outcome = read(await store.end(request));
      // It does not tell when the session started.
      if (outcome.kind !== 'ended') return outcome;
      return { ...outcome, startedAtMs: undefined, subject: undefined };
    },
    visitLogin: async (visit) => store.visitLogin(visit),
    claim: async (at, name) => store.claim(at, name),
  };
}

/** Names no policy when it ends a session, as the sweeper of an earlier version does. */
export function plainSweeper(sweeper: Sweeper): Sweeper {
  const unnamed = (rule: SourceRule): SourceRule => ({
    ...rule,
    overLimits: rule.overLimits.map((limits) => ({ ...limits, policy: '' })),
  });
  return {
    sweep: async (sources, examinedMax) =>
      sweeper.sweep(
        new Map([...sources].map(([name, rule]) => [name, unnamed(rule)])),
        examinedMax,
      ),
  };
}

/** Attaches no subject, while an earlier version could not read it. */
export function plainDirectory(directory: SessionDirectory): SessionDirectory {
  return new Proxy(directory, {
    get: (target, name) => {
      if (name === 'attach') return async () => 'unknown';
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (member as (...args: unknown[]) => unknown).bind(target);
    },
  });
}
