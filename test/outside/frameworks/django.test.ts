import { join } from 'node:path';
import { behavesAsLogin } from '../../support/outside/login-behaviour.ts';
import { outsidePythonOrSkip, PROGRAMS } from '../../support/outside/programs.ts';
import { sessionFolder } from '../../support/outside/session-folder.ts';

describe('Django', () => {
  const folder = sessionFolder('django');
  behavesAsLogin({
    recipe: 'django.yaml',
    login: '/accounts/login/',
    logout: '/accounts/logout/',
    command: async (context) => ({
      file: await outsidePythonOrSkip(context),
      args: (port) => [join(PROGRAMS, 'python', 'django_app.py'), String(port)],
      env: { SESSION_FOLDER: folder },
    }),
  });
});
