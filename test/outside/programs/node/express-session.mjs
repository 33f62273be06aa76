// Express with express-session: the session is in memory, the cookie has its name and a signature.

import express from 'express';
import session from 'express-session';

const app = express();
app.use(session({ secret: 'only for this test', resave: false, saveUninitialized: false }));
app.use(express.urlencoded({ extended: false }));

const about = (request) => ({
  user: request.session.user ?? null,
  notes: request.session.notes ?? 0,
});

app.get('/login', (_, response) => {
  response.send('<form method="post"><input name="user"></form>');
});
app.post('/login', (request, response) => {
  // Without `regenerate`, as in many applications: the value of the cookie stays.
  request.session.user = request.body.user;
  response.redirect('/me');
});
app.post('/logout', (request, response) => {
  request.session.destroy(() => response.redirect('/login'));
});
app.get('/me', (request, response) => {
  response.json(about(request));
});
app.post('/notes', (request, response) => {
  request.session.notes = (request.session.notes ?? 0) + 1;
  response.json(about(request));
});

app.listen(Number(process.argv[2]), '127.0.0.1');
