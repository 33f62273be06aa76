import { accessLogEntry } from '../support/envoy/access-log.ts';
import type { Edge } from '../support/envoy/edge.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { openEventStream, openWebSocket } from '../support/clients/open-stream.ts';
import type { StreamEnd } from '../support/clients/open-stream.ts';
import type { DemoAdministration } from './administration.ts';
import { STORY } from './demo-policy.ts';
import type { Narrator } from './narrator.ts';
import { kickOut, logout } from './ended-by-people.ts';
import { Visitor, isSentToLogin, reasonOf, seconds } from './visitor.ts';

// How long after a deadline it may be noticed: the requests have their rhythm, and the machine may be busy.
const LATE_MAX_S = 2.5;
const UNAUTHENTICATED = 16;
const { idleS, absoluteS, paymentsIdleS } = STORY;

/** The whole story. Each claim is checked against Envoy's real answers. */
export async function playStory(
  { port, envoy }: Edge,
  administration: DemoAdministration,
  narrator: Narrator,
): Promise<void> {
  await withoutLogin(port, narrator);
  await activityAndSilence({ port, envoy }, narrator);
  await polling(port, narrator);
  await payments(port, narrator);
  await logout(port, narrator);
  await kickOut(port, administration, narrator);
  await maximumAge(port, narrator);
}

async function withoutLogin(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('Without a login, requests are refused');
  const visitor = new Visitor(port, narrator);
  const script = await visitor.fetch('/api/profile');
  const browser = await visitor.browse('/');
  narrator.claim(
    'a script gets 401 and the reason, a browser is sent to the login',
    script.status === 401 && reasonOf(script) === 'no_credential' && isSentToLogin(browser),
  );
}

async function activityAndSilence(
  { port, envoy }: Pick<Edge, 'port' | 'envoy'>,
  narrator: Narrator,
): Promise<void> {
  narrator.chapter('Activity keeps a session alive');
  const ann = new Visitor(port, narrator);
  await ann.logIn();
  const aliveS = idleS + 2;
  while (ann.ageS() < aliveS) {
    // oxlint-disable no-await-in-loop -- one click after the other
    await narrator.pause(1, 'reading');
    const { status } = await ann.fetch('/api/profile');
    if (status !== 200) break;
    // oxlint-enable no-await-in-loop
  }
  narrator.claim(
    `with a click now and then it outlives its idle timeout of ${idleS} s`,
    ann.ageS() >= aliveS,
    `it ended after ${ann.ageS().toFixed(1)} s`,
  );

  narrator.chapter('Inactivity ends it, and each kind of client gets its own kind of answer');
  await narrator.wait(idleS + 0.2, 'nothing happens');
  const script = await ann.fetch('/api/profile');
  narrator.say(script.body.trim());
  narrator.claim(
    'a script gets 401 with a problem document',
    script.status === 401 &&
      script.headers['content-type'] === 'application/problem+json' &&
      reasonOf(script) === 'idle_timeout',
  );
  const browser = await ann.browse('/payments?month=5');
  narrator.claim(
    'a browser is sent to the login with the reason and the page to return to',
    isSentToLogin(browser) &&
      (browser.headers.location?.includes('rd=%2Fpayments%3Fmonth%3D5') ?? false) &&
      (browser.headers.location?.includes('reason=idle_timeout') ?? false),
  );
  const grpc = await ann.callGrpc();
  narrator.claim('a gRPC client gets status 16', grpc === UNAUTHENTICATED);
  const { status, flags, curfew } = await accessLogEntry(envoy, '/api/profile', 'idle_timeout');
  narrator.say(`Envoy's access log: ${JSON.stringify({ status, flags, curfew })}`);
}

async function polling(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('Polling is checked, but does not keep a session alive');
  const ann = new Visitor(port, narrator);
  await ann.logIn();
  let polls = 0;
  let answer = await ann.fetch('/api/notifications');
  while (answer.status === 200 && ann.ageS() < idleS + LATE_MAX_S) {
    polls += 1;
    // oxlint-disable no-await-in-loop -- one poll after the other
    await narrator.pause(0.5, 'the page polls');
    answer = await ann.fetch('/api/notifications');
    // oxlint-enable no-await-in-loop
  }
  narrator.claim(
    `${polls} polls were answered, and the session still ended after ${idleS} s without a click`,
    polls > 1 && reasonOf(answer) === 'idle_timeout' && ann.ageS() >= idleS - 0.5,
    `${answer.status} ${reasonOf(answer)} after ${ann.ageS().toFixed(1)} s`,
  );
}

async function payments(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('The payments policy ends sooner than the rest');
  const ann = new Visitor(port, narrator);
  await ann.logIn();
  const first = await ann.fetch('/payments');
  await narrator.wait(paymentsIdleS + 0.3, 'nothing happens');
  const refused = await ann.fetch('/payments');
  const home = await ann.fetch('/');
  narrator.claim(
    `after ${paymentsIdleS} s without activity payments need a fresh login; other pages still work`,
    first.status === 200 &&
      reasonOf(refused) === 'reauthentication_required' &&
      home.status === 200,
    `${first.status}, ${refused.status} ${reasonOf(refused)}, ${home.status}`,
  );
  const again = await ann.fetch('/payments');
  narrator.claim('a click elsewhere does not bring payments back', again.status === 401);
}

/**
 * When the story opens its streams. Those that a client opens by itself end at the idle deadline, so
 * the absolute deadline must come first.
 */
const OPEN_STREAMS_S = absoluteS - idleS + 0.5;

/** How a stream ended. */
interface StreamReport {
  /** The age of the session. */
  readonly age: number;
  readonly messages: number;
}

async function maximumAge(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('The absolute timeout ends an active session, and cuts its streams');
  const ann = new Visitor(port, narrator);
  await ann.logIn();
  await narrator.pause(1, 'reading');
  const reported =
    (name: string) =>
    (end: StreamEnd): StreamReport => {
      const age = ann.ageS(end.atMs);
      narrator.event(
        `${age.toFixed(1).padStart(4)} s  ${name}`,
        'cut',
        `by Envoy, after ${end.messages} messages`,
      );
      return { age, messages: end.messages };
    };
  const open = (): Promise<readonly [StreamReport, StreamReport]> => {
    narrator.event(`${seconds(ann.ageS())}  WebSocket /ws`, 'open', 'a message every 100 ms');
    narrator.event(`${seconds(ann.ageS())}  event stream /events`, 'open', 'one every 500 ms');
    return Promise.all([
      openWebSocket({ port, cookie: ann.cookie }).then(reported('WebSocket /ws')),
      openEventStream({ port, cookie: ann.cookie }).then(reported('event stream /events')),
    ]);
  };
  await clickUntil(ann, narrator, OPEN_STREAMS_S);
  const streams = open();
  const answer = await clickUntil(ann, narrator, absoluteS + LATE_MAX_S);
  narrator.claim(
    `active until the end, it ends ${absoluteS} s after its login`,
    reasonOf(answer) === 'absolute_timeout' && isAtDeadline(ann.ageS()),
    `${answer.status} ${reasonOf(answer)} after ${ann.ageS().toFixed(1)} s`,
  );
  const [socket, events] = await streams;
  narrator.claim(
    'Envoy cut the WebSocket and the event stream at the end of their session',
    [socket, events].every(({ age, messages }) => isAtDeadline(age) && messages > 2),
    `after ${socket.age.toFixed(1)} s and ${events.age.toFixed(1)} s`,
  );
}

/** Clicks once a second until the session has this age, or a click is refused. */
async function clickUntil(ann: Visitor, narrator: Narrator, ageS: number): Promise<Answer> {
  let answer = await ann.fetch('/api/profile');
  while (answer.status === 200 && ann.ageS() < ageS) {
    // oxlint-disable no-await-in-loop -- one click after the other
    await narrator.pause(1, 'reading');
    answer = await ann.fetch('/api/profile');
    // oxlint-enable no-await-in-loop
  }
  return answer;
}

/** At the deadline or soon after it. (Curfew sees the login a moment after the visitor does.) */
function isAtDeadline(ageS: number): boolean {
  return ageS >= absoluteS - 0.1 && ageS < absoluteS + LATE_MAX_S;
}
