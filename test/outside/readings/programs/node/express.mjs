// usage: node express.mjs express|express4 PORT

import { createRequire } from 'node:module';
import { answer, answerRequest, answerVersion } from './answer.mjs';

const [name, port] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const express = require(name);
const { version } = require(`${name}/package.json`);

const app = express();
app.get('/version', (req, res) => answerVersion(res, `Express ${version}`));
app.use('/request', (req, res) => answerRequest(res, req.hostname, req.method));
for (const page of [
  '/login',
  '/accounts/login/',
  '/payments',
  '/admin/users',
  '/reports/q1',
  '/Reports/Q2',
]) {
  app.get(page, (req, res) => answer(res, page));
}
app.get('/payments/:id', (req, res) => answer(res, '/payments/{id}', req.params.id));
for (const folder of ['/vault', '/public']) {
  app.use(folder, (req, res) => answer(res, `${folder}/{rest}`, req.path.slice(1)));
}
// Its own error page would write to the log.
app.use((error, req, res, _next) => res.status(error.status ?? 500).end());
app.listen(Number(port), '127.0.0.1');
