// Static files by express.static: node express-static.mjs FOLDER PORT

import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { answerRequest, answerVersion } from './answer.mjs';

const [folder, port] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const express = require('express');
const { version } = require('express/package.json');
const { version: send } = require('send/package.json');

const app = express();
app.get('/version', (req, res) => answerVersion(res, `Express ${version} (send ${send})`));
app.use('/request', (req, res) => answerRequest(res, req.hostname, req.method));
app.use(
  express.static(folder, {
    setHeaders: (res, path) =>
      res.setHeader('x-page', `/${relative(folder, path)}`.replace(/index\.html$/, '')),
  }),
);
app.use((error, req, res, _next) => res.status(error.status ?? 500).end());
app.listen(Number(port), '127.0.0.1');
