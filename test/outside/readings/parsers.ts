import type { Installed } from './install.ts';

/** One program that reads paths, as it is started for the table. */
export interface Parser {
  /** The name of its table. */
  readonly name: string;
  readonly language: 'node' | 'go' | 'python' | 'ruby' | 'php' | 'java' | 'nginx';
  /** What is special about it, in one line. */
  readonly about: string;
  /** The command that serves the site on a port of the loopback interface. */
  command(port: string, installed: Installed): Command;
}

/** A command line. `env` is added to that of this process. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function node(program: string, ...args: readonly string[]): Parser['command'] {
  return (port, { node: folder }) => ({
    file: process.execPath,
    args: [`${folder}/${program}`, ...args, port],
  });
}

function python(program: string, ...args: readonly string[]): Parser['command'] {
  return (port, { python: bin, programs }) => ({
    file: `${bin}/python`,
    args: ['-B', `${programs}/python/${program}`, ...args, port],
  });
}

function puma(program: string): Parser['command'] {
  return (port, { programs }) => ({
    file: 'puma',
    args: ['--quiet', '--bind', `tcp://127.0.0.1:${port}`, `${programs}/ruby/${program}`],
    env: { RACK_ENV: 'production' },
  });
}

function java(program: string, mode: string): Parser['command'] {
  return (port, { java: folder }) => ({
    file: 'java',
    args: [
      '-cp',
      `${folder}/classes:${folder}/libraries/*`,
      `readings.${program}`,
      mode,
      port,
      folder,
    ],
  });
}

/** Every parser that is asked. */
export const PARSERS: readonly Parser[] = [
  {
    name: 'node-url',
    language: 'node',
    about: 'new URL(req.url, base).pathname, compared as it is',
    command: node('url.mjs', 'url'),
  },
  {
    name: 'node-url-decoded',
    language: 'node',
    about: 'decodeURIComponent(new URL(req.url, base).pathname)',
    command: node('url.mjs', 'url-decoded'),
  },
  {
    name: 'node-url-parse',
    language: 'node',
    about: 'url.parse(req.url).pathname, compared as it is',
    command: node('url.mjs', 'url-parse'),
  },
  {
    name: 'express',
    language: 'node',
    about: 'app.get and app.use with the default settings',
    command: node('express.mjs', 'express'),
  },
  {
    name: 'express-4',
    language: 'node',
    about: 'the same with Express 4',
    command: node('express.mjs', 'express4'),
  },
  {
    name: 'express-static',
    language: 'node',
    about: 'files by express.static',
    command: (port, { node: folder, site }) => ({
      file: process.execPath,
      args: [`${folder}/express-static.mjs`, site, port],
    }),
  },
  {
    name: 'fastify',
    language: 'node',
    about: 'its router with the default settings',
    command: node('fastify.mjs'),
  },
  {
    name: 'go-servemux',
    language: 'go',
    about: 'patterns of Go 1.22 and newer',
    command: (port, { go }) => ({ file: go, args: ['servemux', port], env: { GODEBUG: '' } }),
  },
  {
    name: 'go-servemux-121',
    language: 'go',
    about: 'patterns as before Go 1.22',
    command: (port, { go }) => ({
      file: go,
      args: ['servemux', port],
      env: { GODEBUG: 'httpmuxgo121=1' },
    }),
  },
  {
    name: 'go-fileserver',
    language: 'go',
    about: 'files by http.FileServer',
    command: (port, { go, site }) => ({
      file: go,
      args: ['fileserver', port, site],
      env: { GODEBUG: '' },
    }),
  },
  {
    name: 'werkzeug',
    language: 'python',
    about: 'its routing map (that of Flask) and its own server',
    command: python('werkzeug_app.py'),
  },
  {
    name: 'django',
    language: 'python',
    about: 'path(), one re_path() with an optional final slash, APPEND_SLASH, under gunicorn',
    command: (port, { python: bin, programs }) => ({
      file: `${bin}/gunicorn`,
      args: [
        '--bind',
        `127.0.0.1:${port}`,
        '--chdir',
        `${programs}/python`,
        'django_app:application',
      ],
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    }),
  },
  {
    name: 'starlette',
    language: 'python',
    about: 'routes and mounts, under uvicorn with httptools',
    command: python('starlette_app.py', 'httptools'),
  },
  {
    name: 'starlette-h11',
    language: 'python',
    about: 'the same with h11',
    command: python('starlette_app.py', 'h11'),
  },
  {
    name: 'rack-puma',
    language: 'ruby',
    about: 'PATH_INFO and Rack::URLMap, under Puma',
    command: puma('rack.ru'),
  },
  {
    name: 'rack-webrick',
    language: 'ruby',
    about: 'the same under WEBrick',
    command: (port, { programs }) => ({
      file: 'rackup',
      args: ['-q', '-E', 'none', '-s', 'webrick', '-o', '127.0.0.1', '-p', port].concat(
        `${programs}/ruby/rack.ru`,
      ),
    }),
  },
  {
    name: 'sinatra',
    language: 'ruby',
    about: 'its routes with the default protection, under Puma',
    command: puma('sinatra.ru'),
  },
  {
    name: 'rails',
    language: 'ruby',
    about: 'its routes with format suffixes, under Puma',
    command: puma('rails.ru'),
  },
  {
    name: 'php',
    language: 'php',
    about: 'scripts as files, and PATH_INFO in index.php, in the built-in server',
    command: (port, { programs }) => ({
      file: 'php',
      args: ['-n', '-S', `127.0.0.1:${port}`, '-t', `${programs}/php/files`],
    }),
  },
  {
    name: 'php-front',
    language: 'php',
    about: 'a front controller: rawurldecode(parse_url(REQUEST_URI)), preg_match with $',
    command: (port, { programs }) => ({
      file: 'php',
      args: ['-n', '-S', `127.0.0.1:${port}`, `${programs}/php/front.php`],
    }),
  },
  {
    name: 'tomcat',
    language: 'java',
    about: 'servlet mappings with the default settings',
    command: java('TomcatSite', 'default'),
  },
  {
    name: 'tomcat-lenient',
    language: 'java',
    about: 'escaped slashes and backslashes decoded, raw backslashes allowed',
    command: java('TomcatSite', 'lenient'),
  },
  {
    name: 'jetty',
    language: 'java',
    about: 'servlet mappings with the default settings',
    command: java('JettySite', 'default'),
  },
  {
    name: 'jetty-legacy',
    language: 'java',
    about: 'UriCompliance.LEGACY and decodeAmbiguousURIs',
    command: java('JettySite', 'legacy'),
  },
  {
    name: 'nginx',
    language: 'nginx',
    about: 'exact, prefix and regular locations with the default settings',
    command: (port, { nginx }) => ({ file: 'nginx', args: ['-c', nginx(port)] }),
  },
];
