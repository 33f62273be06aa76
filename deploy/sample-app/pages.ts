const WHY: Readonly<Record<string, string>> = {
  idle_timeout: 'You were signed out because nothing happened for a while.',
  absolute_timeout: 'You were signed out because your login had reached its maximum age.',
  reauthentication_required: 'Please sign in again to continue: this page needs a fresh login.',
  revoked: 'You were signed out by an operator.',
  signed_out: 'You have signed out.',
  subject_locked: 'Your account is locked. Please ask your support desk.',
  invalid_credential: 'Your login is not valid any more.',
  logout: 'You have signed out.',
};

/** The login form. It accepts every name: the example is about the end of a session, not its start. */
export function loginPage(query: URLSearchParams): string {
  const why = WHY[query.get('reason') ?? ''];
  return layout(
    'Sign in',
    `<h1>Sign in</h1>
    ${why === undefined ? '' : `<p class="notice" role="status">${why}</p>`}
    <form method="post" action="/login" class="card">
      <input type="hidden" name="rd" value="${escape(query.get('rd') ?? '/')}">
      <label for="user">Your name</label>
      <input id="user" name="user" autocomplete="username" maxlength="64" required autofocus>
      <button>Sign in</button>
    </form>
    <p class="hint">Any name will do. The cookie is this application’s own; Curfew only watches it.</p>`,
  );
}

/** The first page after the login, with an example of each kind of request. */
export function homePage(user: string, lifetime: string | string[] | undefined): string {
  return layout(
    'Home',
    `<h1>Hello, ${escape(user)}</h1>
    <p id="ended" class="notice" role="alert" hidden></p>
    <section class="card" aria-labelledby="clock">
      <h2 id="clock">Your session</h2>
      <dl id="lifetime" data-lifetime="${escape(String(lifetime ?? ''))}">
        <div><dt>ends without activity in</dt><dd data-kind="idle">–</dd></div>
        <div><dt>ends in any case in</dt><dd data-kind="absolute">–</dd></div>
      </dl>
    </section>
    <section class="card" aria-labelledby="requests">
      <h2 id="requests">Requests</h2>
      <p><button id="activity">Do something</button> counts as activity.</p>
      <p><label><input type="checkbox" id="poll"> Poll for notifications</label> every second. The
        policy makes that passive: it is checked, but does not keep the session alive.</p>
      <p>The <a href="/payments">payments page</a> has a shorter timeout than the rest.</p>
      <p class="output" id="last"></p>
    </section>
    <section class="card" aria-labelledby="streams">
      <h2 id="streams">Streams</h2>
      <p>Envoy cuts them at the latest when the session reaches its maximum age.</p>
      <p class="row"><button id="events">Open an event stream</button>
        <button id="socket">Open a WebSocket</button></p>
      <p class="output" id="stream"></p>
    </section>
    ${LOGOUT}<script src="/assets/app.js" defer></script>`,
  );
}

/** The page with the shorter timeout, which then needs a fresh login. */
export function paymentsPage(user: string): string {
  return layout(
    'Payments',
    `<h1>Payments</h1>
    <table class="card">
      <caption>Last payments of ${escape(user)}</caption>
      <thead><tr><th scope="col">To</th><th scope="col" class="amount">Amount</th></tr></thead>
      <tbody>
        <tr><td>Electricity</td><td class="amount">84.20</td></tr>
        <tr><td>Rent</td><td class="amount">912.00</td></tr>
      </tbody>
    </table>
    <p><a href="/">Back home</a></p>
    ${LOGOUT}`,
  );
}

const LOGOUT = `<form method="post" action="/logout"><button class="quiet">Sign out</button></form>`;

function layout(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · sample application</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/assets/style.css">
</head>
<body>
  <main>${main}</main>
</body>
</html>
`;
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char);
}
