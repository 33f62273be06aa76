import { accessLogEntry } from '../support/access-log.ts';
import type { Edge } from '../support/edge.ts';
import type { Answer } from '../support/http-call.ts';
import { openEventStream, openWebSocket } from '../support/open-stream.ts';
import type { StreamEnd } from '../support/open-stream.ts';
import { STORY } from './demo-policy.ts';
import type { Narrator } from './narrator.ts';
import { Visitor, reasonOf, seconds } from './visitor.ts';

// How far behind a deadline something may be noticed: the rhythm of the requests, and a busy machine.
const LATE_MAX_S = 2.5;
const UNAUTHENTICATED = 16;
const { idleS, absoluteS, paymentsIdleS } = STORY;

/** The whole story, each claim checked against what Envoy really answers. */
export async function tellStory({ port, envoy }: Edge, narrator: Narrator): Promise<void> {
  await nobody(port, narrator);
  await activityAndSilence({ port, envoy }, narrator);
  await polling(port, narrator);
  await payments(port, narrator);
  await maximumAge(port, narrator);
}

async function nobody(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('Nobody is logged in');
  const stranger = new Visitor(port, narrator);
  const script = await stranger.fetch('/api/profile');
  const browser = await stranger.browse('/');
  narrator.claim(
    'a script is told by 401 what is missing, a browser is sent to the login',
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
    `with a click now and then it lives past its idle timeout of ${idleS} s`,
    ann.ageS() >= aliveS,
    `it ended after ${ann.ageS().toFixed(1)} s`,
  );

  narrator.chapter('Silence ends it, and everybody is told in their own language');
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
  narrator.say(`set-cookie: ${browser.headers['set-cookie']?.[0] ?? ''}`);
  narrator.claim(
    'a browser is sent to the login, which learns why and where to return, and loses its dead cookie',
    isSentToLogin(browser) &&
      (browser.headers.location?.includes('rd=%2Fpayments%3Fmonth%3D5') ?? false) &&
      (browser.headers.location?.includes('reason=idle_timeout') ?? false) &&
      (browser.headers['set-cookie']?.[0]?.startsWith('sid=;') ?? false),
  );
  const grpc = await ann.callGrpc();
  narrator.claim('a gRPC client gets status 16', grpc === UNAUTHENTICATED);
  const { status, flags, curfew } = await accessLogEntry(envoy, '/api/profile', 'idle_timeout');
  narrator.say(`Envoy's access log: ${JSON.stringify({ status, flags, curfew })}`);
}

async function polling(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('Polling is checked, but keeps nothing alive');
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
    `${polls} polls were answered, and still the session ended after ${idleS} s without a click`,
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
    `after ${paymentsIdleS} s of silence payments want a fresh login; the rest goes on`,
    first.status === 200 &&
      reasonOf(refused) === 'reauthentication_required' &&
      home.status === 200,
    `${first.status}, ${refused.status} ${reasonOf(refused)}, ${home.status}`,
  );
  const again = await ann.fetch('/payments');
  narrator.claim('a click elsewhere does not make up for the silence', again.status === 401);
}

async function maximumAge(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('The absolute timeout ends it in the midst of activity, and cuts its streams');
  const ann = new Visitor(port, narrator);
  await ann.logIn();
  await narrator.pause(1, 'reading');
  const told = (name: string) => (end: StreamEnd) => {
    const age = ann.ageS(end.atMs);
    narrator.event(
      `${age.toFixed(1).padStart(4)} s  ${name}`,
      'cut',
      `by Envoy, after ${end.messages} messages`,
    );
    return { age, messages: end.messages };
  };
  const streams = Promise.all([
    openWebSocket({ port, cookie: ann.cookie }).then(told('WebSocket /ws')),
    openEventStream({ port, cookie: ann.cookie }).then(told('event stream /events')),
  ]);
  narrator.event(`${seconds(ann.ageS())}  WebSocket /ws`, 'open', 'a message every 100 ms');
  narrator.event(`${seconds(ann.ageS())}  event stream /events`, 'open', 'an event every 500 ms');
  let answer = await ann.fetch('/api/profile');
  while (answer.status === 200 && ann.ageS() < absoluteS + LATE_MAX_S) {
    // oxlint-disable no-await-in-loop -- one click after the other
    await narrator.pause(1, 'reading');
    answer = await ann.fetch('/api/profile');
    // oxlint-enable no-await-in-loop
  }
  narrator.claim(
    `busy until the end, it is over ${absoluteS} s after its login`,
    reasonOf(answer) === 'absolute_timeout' && isAtDeadline(ann.ageS()),
    `${answer.status} ${reasonOf(answer)} after ${ann.ageS().toFixed(1)} s`,
  );
  const [socket, events] = await streams;
  narrator.claim(
    'Envoy cut the WebSocket and the event stream at the end of their session',
    [socket, events].every(({ age, messages }) => isAtDeadline(age) && messages > 5),
    `after ${socket.age.toFixed(1)} s and ${events.age.toFixed(1)} s`,
  );
}

/** From the deadline on, and soon after it. (Curfew sees the login a moment after the visitor does.) */
function isAtDeadline(ageS: number): boolean {
  return ageS >= absoluteS - 0.1 && ageS < absoluteS + LATE_MAX_S;
}

function isSentToLogin({ status, headers }: Answer): boolean {
  return status === 302 && (headers.location?.includes('/login?rd=') ?? false);
}
