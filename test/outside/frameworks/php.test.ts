import { join } from 'node:path';
import { behavesAsLogin } from '../../support/outside/login-behaviour.ts';
import { PROGRAMS } from '../../support/outside/programs.ts';
import { sessionFolder } from '../../support/outside/session-folder.ts';
import { debianProgramOrSkip } from '../../support/programs/provision-or-skip.ts';

describe("PHP's own sessions", () => {
  const folder = sessionFolder('php');
  const settings = [`session.save_path=${folder}`, 'session.sid_bits_per_character=6'];
  behavesAsLogin({
    recipe: 'php.yaml',
    login: '/login',
    logout: '/logout',
    command: async (context) => ({
      file: await debianProgramOrSkip(context, 'php', 'php-cli'),
      // With 6 bits a character the value has a comma in every second login.
      args: (port) => [
        ...settings.flatMap((setting) => ['-d', setting]),
        '-S',
        `127.0.0.1:${port}`,
        join(PROGRAMS, 'php', 'app.php'),
      ],
    }),
  });
});
