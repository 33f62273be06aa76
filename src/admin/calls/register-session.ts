import * as z from 'zod';
import type { NamedSubject } from '../../identity/named-subject.ts';
import { tagOf } from '../../session/session-key.ts';
import type { Timeouts } from '../../terms/timeouts.ts';
import type { Capabilities } from '../../store/capabilities.ts';
import { permit } from '../access/permit.ts';
import type { AdminDependencies } from '../admin-dependencies.ts';
import { knownSource } from '../sessions/known-source.ts';
import { readCredential } from '../sessions/read-credential.ts';
import { registerSession } from '../sessions/register-session.ts';
import { sessionViewSchema } from '../sessions/session-schema.ts';
import { sessionView } from '../sessions/session-view.ts';
import { subjectTag } from '../subjects/subject-names.ts';
import { AdminProblem } from '../wire/problem.ts';
import { credential, duration, instant, sourceName, subjectName } from '../wire/request-schema.ts';
import { adminCall } from './admin-call.ts';
import type { AdminCall } from './admin-call.ts';

/** Clocks of login services run ahead a little, as those of token issuers do. */
const FUTURE_MAX_MS = 60_000;

const bodySchema = z
  .strictObject({
    source: sourceName,
    credential,
    subject: subjectName.optional(),
    started_at: instant.optional().meta({
      description: 'When the login was; by default now. Never later than now.',
    }),
    idle: duration
      .optional()
      .meta({ description: 'An idle timeout of its own. It only tightens.' }),
    absolute: duration
      .optional()
      .meta({ description: 'An absolute timeout of its own. It only tightens.' }),
  })
  .meta({ id: 'Registration' });

type Body = z.output<typeof bodySchema>;

/** A login service announces a session. */
export function registerSessionCall(deps: AdminDependencies): AdminCall {
  return adminCall<Body>({
    name: 'register_session',
    method: 'post',
    path: '/v1/sessions',
    summary: 'Register a session',
    description:
      'For a login service, when a user has logged in. May be repeated: a session that is there ' +
      'stays as it is.',
    roles: ['issuer'],
    body: bodySchema,
    answers: {
      201: { description: 'The session that was opened.', schema: sessionViewSchema },
      200: { description: 'The session that was there.', schema: sessionViewSchema },
    },
    problems: [
      'malformed_credential',
      'invalid_token',
      'unknown_source',
      'session_ended',
      'subject_locked',
      'subject_differs',
      'limits_differ',
      'issuer_unavailable',
      'keys_incomplete',
      'store_unavailable',
      'upgrade_in_progress',
    ],
    handle: async ({ body, actor, notes }) => {
      const { policies } = deps.policies();
      permit({ actor, notes }, ['issuer'], body.source);
      const known = knownSource(policies, body.source);
      notes.source = known.source.name;
      const ownLimits = limitsIn(body);
      const read = await readCredential(deps.proof, known.source, body.credential, 'valid');
      const name = subjectIn(body, read.subject);
      const subject = name === undefined ? undefined : deps.subjectNamesOf(name);
      assertReadable(deps.capabilities, name, ownLimits);
      if (subject !== undefined) notes.subject = subjectTag(subject.key);
      const { store, directory } = deps.administration;
      const { whyKeysIncomplete } = deps;
      const { found, isNew } = await registerSession(
        { store, directory, whyKeysIncomplete },
        {
          known,
          names: deps.namesOf(known.source.name, read.credential),
          subject,
          subjectName: policies.settings.subjectNames === 'clear' ? name : undefined,
          startedAtMs: loginAtMs(body, read.startedAtMs, deps.proof.clock.wallMs()),
          ownLimits,
        },
      );
      notes.session = tagOf(found.key);
      return { status: isNew ? 201 : 200, body: sessionView(found, policies) };
    },
  });
}

function limitsIn({ idle, absolute }: Body): Timeouts | undefined {
  if (idle === undefined && absolute === undefined) return undefined;
  if (idle !== undefined && absolute !== undefined && idle > absolute) {
    const detail = 'body key idle: is longer than absolute, so it could never be reached';
    throw new AdminProblem('invalid_request', detail);
  }
  return { idleTimeoutMs: idle, absoluteTimeoutMs: absolute };
}

/** An older replica would not keep to what it cannot read. */
function assertReadable(
  capabilities: Capabilities,
  subject: string | undefined,
  ownLimits: Timeouts | undefined,
): void {
  const canLimits = ownLimits === undefined || capabilities.allCan('own_limits');
  const canSubjects = subject === undefined || capabilities.allCan('subjects');
  if (canLimits && canSubjects) return;
  throw new AdminProblem(
    'upgrade_in_progress',
    'not all replicas can read subjects and limits of sessions yet; try again in a moment',
  );
}

/** A token may name the subject, too. */
function subjectIn({ subject }: Body, inToken: NamedSubject): string | undefined {
  if (inToken.kind !== 'named') return subject;
  if (subject === undefined || subject === inToken.name) return inToken.name;
  const detail = 'body key subject: is not the subject of the token';
  throw new AdminProblem('invalid_request', detail);
}

/** A token proves when its login was; the caller can only say that it was earlier. */
function loginAtMs(body: Body, provenMs: number | undefined, nowMs: number): number | undefined {
  const saidMs = body.started_at;
  if (saidMs !== undefined && saidMs > nowMs + FUTURE_MAX_MS) {
    throw new AdminProblem('invalid_request', 'body key started_at: is in the future');
  }
  if (saidMs === undefined || provenMs === undefined) return saidMs ?? provenMs;
  return Math.min(saidMs, provenMs);
}
