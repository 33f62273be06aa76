import type { AdminDependencies } from './admin-dependencies.ts';
import type { AdminCall } from './calls/admin-call.ts';
import { endSessions } from './calls/end-sessions.ts';
import { findSession } from './calls/find-session.ts';
import { listPolicies } from './calls/list-policies.ts';
import { listSessions } from './calls/list-sessions.ts';
import { registerSessionCall } from './calls/register-session.ts';
import { showOpenApi } from './calls/show-openapi.ts';
import { showSession } from './calls/show-session.ts';
import { showStatus } from './calls/show-status.ts';
import { acceptStoreLoss, initStore, showStore } from './calls/store-calls.ts';
import { lockSubject, showSubject, unlockSubject } from './calls/subject-calls.ts';
import { createAdminApp } from './create-admin-app.ts';
import { openApiDocument } from './openapi/openapi-document.ts';
import type { Exchange } from './server/exchange.ts';

/** All calls, and how to ask for them. */
export interface AdminApi {
  readonly calls: readonly AdminCall[];
  /** Answers a request. A problem is an answer, too; what it throws is a bug. */
  ask(url: string, method: string, exchange: Exchange): Promise<Response>;
}

/** Every call of administration. */
export function createAdminApi(deps: AdminDependencies): AdminApi {
  let document: object | undefined;
  const calls: readonly AdminCall[] = [
    registerSessionCall(deps),
    findSession(deps),
    endSessions(deps),
    showSession(deps),
    listSessions(deps),
    showSubject(deps),
    lockSubject(deps),
    unlockSubject(deps),
    listPolicies(deps),
    showStatus(deps),
    showStore(deps),
    initStore(deps),
    acceptStoreLoss(deps),
    showOpenApi(() => (document ??= openApiDocument(app, deps.version))),
  ];
  const app = createAdminApp(calls, deps);
  return {
    calls,
    ask: async (url, method, exchange) => app.request(url, { method }, { exchange }),
  };
}
