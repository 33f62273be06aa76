import type { DemoAdministration } from './administration.ts';
import type { Narrator } from './narrator.ts';
import { Visitor, isSentToLogin, reasonOf } from './visitor.ts';

/** The user signs out, in the application. */
export async function logout(port: number, narrator: Narrator): Promise<void> {
  narrator.chapter('A logout in the application ends the session everywhere');
  const ann = new Visitor(port, narrator);
  await ann.logIn();
  const answer = await ann.signOut();
  narrator.say('A thief who has copied the cookie tries it after the logout:');
  const script = await ann.fetch('/api/profile');
  const browser = await ann.browse('/');
  narrator.claim(
    'the application answered its logout, and a copy of the cookie is worth nothing from then on',
    answer.status === 303 && reasonOf(script) === 'signed_out' && isSentToLogin(browser),
    `${answer.status}, ${script.status} ${reasonOf(script)}, ${browser.status}`,
  );
}

const OPENED = 201;

/** An operator ends all sessions of one user, by the command line. */
export async function kickOut(
  port: number,
  administration: DemoAdministration,
  narrator: Narrator,
): Promise<void> {
  narrator.chapter('An operator kicks a user out');
  const [laptop, phone, bob] = [1, 2, 3].map(() => new Visitor(port, narrator));
  if (laptop === undefined || phone === undefined || bob === undefined) return;
  const registered: number[] = [];
  const logIn = (visitor: Visitor, subject: string): Promise<void> =>
    visitor.logIn(async (credential) => {
      const status = await administration.register({ credential, subject });
      registered.push(status);
      narrator.event(
        '        POST /v1/sessions',
        String(status),
        `the login service registers a session of ${subject}`,
      );
    });
  await logIn(laptop, 'ann');
  await logIn(phone, 'ann');
  await logIn(bob, 'bob');
  const words = ['sessions', 'end', '--subject', 'ann', '--yes'];
  narrator.say(`$ curfew ${words.join(' ')}`);
  const { code, stdout, stderr } = await administration.curfew(...words);
  for (const line of `${stderr}${stdout}`.trimEnd().split('\n')) narrator.say(`  ${line}`);
  const [browser, script, other] = [
    await laptop.browse('/'),
    await phone.fetch('/api/profile'),
    await bob.fetch('/api/profile'),
  ];
  const isOut = isSentToLogin(browser) && browser.headers.location?.includes('reason=revoked');
  narrator.claim(
    'both of her devices are out with their next request, and the other user notices nothing',
    registered.every((status) => status === OPENED) &&
      code === 0 &&
      isOut === true &&
      reasonOf(script) === 'revoked' &&
      other.status === 200,
    `${registered.join()}, exit code ${code}, ${browser.status}, ${script.status}, ${other.status}`,
  );
}
