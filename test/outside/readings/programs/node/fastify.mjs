// usage: node fastify.mjs PORT

import Fastify from 'fastify';

const [port] = process.argv.slice(2);
const app = Fastify();

const answer = (reply, page, value) => {
  reply.header('x-page', page);
  if (value !== undefined) reply.header('x-value', encodeURIComponent(value.toWellFormed()));
  return reply.send('');
};
app.get('/version', (req, reply) =>
  answer(reply, '/version', `Fastify ${app.version} on Node ${process.versions.node}`),
);
// The form itself is not looked at.
app.addContentTypeParser('application/x-www-form-urlencoded', (req, payload, done) => {
  payload.resume();
  done(null, {});
});
app.all('/request', (req, reply) => {
  reply.header('x-host', encodeURIComponent(req.hostname ?? ''));
  reply.header('x-method', req.method);
  return answer(reply, '/request');
});
for (const page of [
  '/login',
  '/accounts/login/',
  '/payments',
  '/admin/users',
  '/reports/q1',
  '/Reports/Q2',
]) {
  app.get(page, (req, reply) => answer(reply, page));
}
app.get('/payments/:id', (req, reply) => answer(reply, '/payments/{id}', req.params.id));
for (const folder of ['/vault', '/public']) {
  app.get(`${folder}/*`, (req, reply) => answer(reply, `${folder}/{rest}`, req.params['*']));
}
await app.listen({ port: Number(port), host: '127.0.0.1' });
