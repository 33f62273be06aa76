// Pages for browsers: links with speculation rules, and a progressive web app with a service worker. It has a login.

import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';

const RULES = {
  prefetch: [{ where: { href_matches: '/page/*' }, eagerness: 'immediate' }],
};
const links = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  .map((page) => `<a id="to${page}" href="/page/${page}">${page}</a>`)
  .join('\n');

const PAGES = {
  '/login': () => '<title>login</title><form method="post"><button id="go">Log in</button></form>',
  '/app/': () => `<title>app</title><script>
    navigator.serviceWorker.register('/app/worker.js').then(() => navigator.serviceWorker.ready)
      .then(() => { document.title = 'app with a worker'; });
    </script>`,
};

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  process.stdout.write(
    `${JSON.stringify({ path: pathname, purpose: request.headers['sec-purpose'] ?? '' })}\n`,
  );
  if (request.method === 'POST') {
    const cookie = `sid=${randomBytes(16).toString('hex')}; path=/; httponly`;
    response.writeHead(303, { location: '/page/1', 'set-cookie': cookie }).end();
  } else if (pathname === '/app/worker.js') {
    response
      .writeHead(200, { 'content-type': 'text/javascript' })
      .end("self.addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));");
  } else {
    const page = PAGES[pathname] ?? (() => pageWithLinks(pathname));
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${page()}`);
  }
}).listen(Number(process.argv[2]), '127.0.0.1');

function pageWithLinks(path) {
  const rules = JSON.stringify(RULES);
  return `<title>${path}</title>${links}<script type="speculationrules">${rules}</script>`;
}
