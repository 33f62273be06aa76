import { join } from 'node:path';
import { behavesAsLogin } from '../../support/outside/login-behaviour.ts';
import { outsidePythonOrSkip, PROGRAMS } from '../../support/outside/programs.ts';
import { sessionFolder } from '../../support/outside/session-folder.ts';

describe('Flask with Flask-Session', () => {
  const folder = sessionFolder('flask');
  behavesAsLogin({
    recipe: 'flask-session.yaml',
    login: '/login',
    logout: '/logout',
    command: async (context) => ({
      file: await outsidePythonOrSkip(context),
      args: (port) => [join(PROGRAMS, 'python', 'flask_session_app.py'), String(port)],
      env: { SESSION_FOLDER: folder },
    }),
  });
});
