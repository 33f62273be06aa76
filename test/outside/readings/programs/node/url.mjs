// An application without a framework: it compares the path that one of Node's parsers gives it.
// usage: node url.mjs url|url-decoded|url-parse PORT

import { createServer } from 'node:http';
import { parse } from 'node:url';
import { answer, answerRequest, answerVersion } from './answer.mjs';

const [reading, port] = process.argv.slice(2);

const PATH_OF = {
  url: (target) => new URL(target, 'http://localhost').pathname,
  'url-decoded': (target) => decodeURIComponent(new URL(target, 'http://localhost').pathname),
  'url-parse': (target) => parse(target).pathname,
};

const EXACT = new Set([
  '/login',
  '/accounts/login/',
  '/payments',
  '/admin/users',
  '/reports/q1',
  '/Reports/Q2',
]);
const WITH_VALUE = [
  ['/payments/{id}', /^\/payments\/([^/]+)$/],
  ['/vault/{rest}', /^\/vault\/(.*)$/s],
  ['/public/{rest}', /^\/public\/(.*)$/s],
];

function hostOf(header) {
  return URL.parse(`http://${header}`)?.hostname;
}

createServer((req, res) => {
  let path;
  try {
    path = PATH_OF[reading](req.url);
  } catch {
    res.writeHead(400).end();
    return;
  }
  if (path === '/version') return answerVersion(res, `Node's ${reading}`);
  if (path === '/request') return answerRequest(res, hostOf(req.headers.host), req.method);
  if (EXACT.has(path)) return answer(res, path);
  for (const [page, pattern] of WITH_VALUE) {
    const match = pattern.exec(path);
    if (match !== null) return answer(res, page, match[1]);
  }
  res.writeHead(404).end();
}).listen(Number(port), '127.0.0.1');
