import { join } from 'node:path';
import { behavesAsLogin } from '../../support/outside/login-behaviour.ts';
import { outsideNodeOrSkip } from '../../support/outside/programs.ts';

describe('express-session', () => {
  behavesAsLogin({
    recipe: 'express-session.yaml',
    login: '/login',
    logout: '/logout',
    command: async (context) => {
      const program = join(await outsideNodeOrSkip(context), 'express-session.mjs');
      return { file: process.execPath, args: (port) => [program, String(port)] };
    },
  });
});
