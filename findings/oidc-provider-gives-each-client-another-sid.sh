#!/bin/sh
# Expected: sid names the browser's session at the provider, so all its clients get the same value.
# Instead: oidc-provider makes one for each client and keeps it over a new login; by default none.
# Curfew: a session by sid is that of one client, so activity in another client does not extend it.
#
# One browser signs in to three clients, then logs out of all of them. Two clients ask for sid by
# backchannel_logout_session_required, the third does not. Logout tokens are taken where the
# provider hands them to its documented `fetch` setting. Needs node 22 or newer, npm.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

npm install --silent --no-audit --no-fund --prefix . oidc-provider@9.13.3

cat > browser.mjs <<'END'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { version } = JSON.parse(readFileSync('node_modules/oidc-provider/package.json', 'utf8'));
console.log(`oidc-provider ${version}`);

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const callback = `${issuer}/callback-of-a-client`;
const secret = 'only-for-this-demonstration';

const logoutTokens = [];
const client = (name, sidRequired) => ({
  client_id: name,
  client_secret: secret,
  redirect_uris: [callback],
  backchannel_logout_uri: `https://${name}.example/logout`,
  ...(sidRequired ? { backchannel_logout_session_required: true } : {}),
});
const provider = new Provider(issuer, {
  clients: [client('shop', true), client('mail', true), client('chat', false)],
  features: { backchannelLogout: { enabled: true } },
  pkce: { required: () => false },
  fetch: async (_url, { body }) => {
    logoutTokens.push(new URLSearchParams(body).get('logout_token'));
    return new Response();
  },
});
server.on('request', provider.callback());

const cookies = new Map();
async function visit(url, form) {
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]*)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  return answer;
}

const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/** Signs in to a client as a browser does, and gives the ID token and the forms that were shown. */
async function signIn(name, prompt) {
  const wanted = new URLSearchParams({
    client_id: name,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
    ...(prompt ? { prompt } : {}),
  });
  let url = `${issuer}/auth?${wanted}`;
  const forms = [];
  while (!url.startsWith(callback)) {
    let answer = await visit(url);
    if (answer.status === 200) {
      const form = /name="prompt" value="(\w+)"/.exec(await answer.text())[1];
      forms.push(form);
      const login = form === 'login' ? { login: 'alice', password: 'any' } : {};
      answer = await visit(url, { prompt: form, ...login });
    }
    url = new URL(answer.headers.get('location'), issuer).href;
  }
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${name}:${secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: new URL(url).searchParams.get('code'),
      redirect_uri: callback,
    }),
  });
  return { forms, idToken: (await answer.json()).id_token };
}

/** The first value that was seen is "sid 1", the next "sid 2". */
const seen = [];
function named({ sid }) {
  if (sid === undefined) return 'no sid';
  if (!seen.includes(sid)) seen.push(sid);
  return `sid ${seen.indexOf(sid) + 1}`;
}

let hint;
for (const [name, prompt] of [['shop'], ['mail'], ['shop', 'login'], ['shop'], ['chat']]) {
  const { forms, idToken } = await signIn(name, prompt);
  hint ??= idToken;
  const { aud, sub, ...claims } = claimsOf(idToken);
  const asked = forms.includes('login') ? 'after a login' : 'without a login';
  console.log(`ID token for ${aud}, ${asked}: ${sub}, ${named(claims)}`);
}

const page = await (await visit(`${issuer}/session/end?id_token_hint=${hint}`)).text();
const xsrf = /name="xsrf" value="(\w+)"/.exec(page)[1];
await visit(`${issuer}/session/end/confirm`, { xsrf, logout: 'yes' });
for (const { aud, sub, ...claims } of logoutTokens.map(claimsOf)) {
  console.log(`logout token for ${aud}: ${sub}, ${named(claims)}`);
}
server.closeAllConnections();
server.close();
END

# Its warnings (development keys, store in memory, default lifetimes) are expected here.
node browser.mjs 2> warnings > output || { cat warnings >&2; exit 1; }
grep -v '^oidc-provider NOTICE' output | tee seen

cat > described <<'END'
oidc-provider 9.13.3
ID token for shop, after a login: alice, sid 1
ID token for mail, without a login: alice, sid 2
ID token for shop, after a login: alice, sid 1
ID token for shop, without a login: alice, sid 1
ID token for chat, without a login: alice, no sid
logout token for shop: alice, sid 1
logout token for mail: alice, sid 2
logout token for chat: alice, no sid
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
