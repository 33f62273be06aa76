// The buttons of the home page. The two clocks count down; every answer sets them again from its
// `session-lifetime` header (structured field: whole seconds, `idle=540, absolute=27000`).

const byId = (id) => document.getElementById(id);
const deadlines = {};
let ended = false;

function setLifetime(text) {
  for (const [, kind, seconds] of (text ?? '').matchAll(/(idle|absolute)=(\d+)/g)) {
    deadlines[kind] = performance.now() + Number(seconds) * 1000;
  }
}

/** Shows the remaining time, and asks once at the end: passively, because that extends no session. */
function showLifetime() {
  if (ended) return;
  if (Object.values(deadlines).some((deadline) => deadline < performance.now())) {
    for (const kind of Object.keys(deadlines)) delete deadlines[kind];
    void ask('/api/notifications');
  }
  for (const field of document.querySelectorAll('#lifetime dd')) {
    const deadline = deadlines[field.dataset.kind];
    if (deadline === undefined) continue;
    field.textContent = duration(Math.max(0, deadline - performance.now()));
  }
}

function duration(ms) {
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i === 0 ? part : String(part).padStart(2, '0'))).join(':');
}

async function ask(path) {
  const response = await fetch(path);
  const time = new Date().toLocaleTimeString();
  byId('last').textContent = `${time}  GET ${path}: ${response.status}`;
  if (response.status === 401) return end((await response.json()).detail);
  setLifetime(response.headers.get('session-lifetime'));
  showLifetime();
}

function end(detail) {
  if (ended) return;
  ended = true;
  for (const field of document.querySelectorAll('#lifetime dd')) field.textContent = '–';
  byId('poll').checked = false;
  const link = document.createElement('a');
  link.href = '/login';
  link.textContent = 'To the login';
  byId('ended').replaceChildren(`${detail ?? 'Your session has ended.'} `, link);
  byId('ended').hidden = false;
}

byId('activity').addEventListener('click', () => void ask('/api/profile'));
setInterval(() => {
  if (byId('poll').checked) void ask('/api/notifications');
}, 1000);
setInterval(showLifetime, 250);

byId('events').addEventListener('click', () => {
  const source = new EventSource('/events');
  source.addEventListener('message', (event) => showStream(`Event stream: ${event.data}`));
  source.addEventListener('error', () => {
    showStream('Event stream: cut');
    source.close(); // it would reconnect automatically
  });
});

byId('socket').addEventListener('click', () => {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws`);
  let count = 0;
  const timer = setInterval(() => socket.readyState === 1 && socket.send(`hello ${++count}`), 500);
  socket.addEventListener('message', (event) => showStream(`WebSocket: ${event.data}`));
  socket.addEventListener('close', () => {
    clearInterval(timer);
    showStream('WebSocket: cut');
  });
});

function showStream(text) {
  byId('stream').textContent = text;
}

setLifetime(byId('lifetime').dataset.lifetime);
showLifetime();
