import { expect } from 'chai';
import { httpCall } from '../../support/clients/http-call.ts';
import { untilRefused } from '../../support/clients/until-refused.ts';
import { APP_HOST } from '../../support/outside/guarded-application.ts';
import { behavesAsLogin } from '../../support/outside/login-behaviour.ts';
import { outsideJavaOrSkip } from '../../support/outside/programs.ts';
import { WebUser } from '../../support/outside/web-user.ts';

describe('Jetty', () => {
  const guarded = behavesAsLogin({
    recipe: 'jetty.yaml',
    login: '/login',
    logout: '/logout',
    command: async (context) => {
      const classPath = await outsideJavaOrSkip(context);
      const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx64m'];
      const program = [...quick, '-cp', classPath, 'login.JettyLogin'];
      return { file: 'java', args: (port) => [...program, String(port)] };
    },
  });

  // Each is the login of alice for Jetty itself.
  const spellings: readonly (readonly [title: string, path: string, cookies: readonly string[]])[] =
    [
      ['with another suffix', '/me', ['JSESSIONID=ID.other']],
      ['without its suffix', '/me', ['JSESSIONID=ID']],
      ['with the name in lower case', '/me', ['jsessionid=VALUE']],
      ['after a made-up value', '/me', ['JSESSIONID=junk.x; jsessionid=VALUE']],
      ['before a made-up value', '/me', ['jsessionid=VALUE; JSESSIONID=junk.x']],
      ['on a line of its own', '/me', ['JSESSIONID=junk.x', 'jsessionid=VALUE']],
      ['in the path', '/me;jsessionid=VALUE', []],
      ['in the path, beside a made-up cookie', '/me;jsessionid=VALUE', ['JSESSIONID=junk.x']],
      ['in quotes', '/me', ['JSESSIONID="VALUE"']],
    ];

  it('takes none of the spellings of a value that has ended for alice', async () => {
    const alice = new WebUser(guarded().port);
    await alice.logIn('/login', 'alice');
    const value = alice.cookies().replace('JSESSIONID=', '');
    const written = (text: string) =>
      text.replace('VALUE', value).replace(/ID(?=$|\.other)/, value.split('.')[0] ?? '');
    const ask = (port: number, path: string, cookies: readonly string[]) =>
      httpCall(port, written(path), {
        host: APP_HOST,
        headers: cookies.map((cookie) => ['cookie', written(cookie)]),
      });
    const direct = spellings.map(([, path, cookies]) =>
      ask(guarded().application.port, path, cookies),
    );
    const seen = (await Promise.all(direct)).map(({ body }) => body.includes('"alice"'));
    expect(seen.filter(Boolean)).to.have.length.of.at.least(spellings.length - 1);

    await untilRefused(() => alice.call('/me', 'GET', [['curfew-passive', '?1']]));
    for (const [title, path, cookies] of spellings) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await ask(guarded().port, path, cookies);
      expect(answer.body, title).not.to.include('alice');
    }
  }).timeout(60_000);
});
