// Makes the secrets of the composition in the first folder, unless they exist already, from the files in the second one,
// deploy/redis. `curfew.keys`, `redis-password`, `admin.tokens` and `operator.token` are for Curfew's user alone. Each
// kind of store has a folder of its own: its users, with hashes of their passwords, and settings with passwords, for
// Redis's user alone.

import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CURFEW_USER = { uid: 65532, gid: 65532 };
const REDIS_USER = { uid: 999, gid: 1000 }; // in the image of Redis
const ROOT = { uid: 0, gid: 0 };
const [, , folder, templates] = process.argv;

for (const kind of ['single', 'sentinel', 'cluster']) {
  mkdirSync(join(folder, kind), { recursive: true });
}

const keys = join(folder, 'curfew.keys');
if (!existsSync(keys)) writeFor(CURFEW_USER, keys, secret());

const tokens = join(folder, 'admin.tokens');
if (!existsSync(tokens)) {
  const token = secret();
  writeFor(CURFEW_USER, join(folder, 'operator.token'), token);
  writeFor(CURFEW_USER, tokens, `operator operator ${token}\n`);
}

const password = passwordIn(join(folder, 'redis-password'), CURFEW_USER);

make('single', {
  users: withHash('users.acl', 'CHANGE-ME', password),
  settings: '# nothing besides redis.conf\n',
});

const replica = secret();
const atRedis = secret();
const peer = secret();
const asks = passwordIn(join(folder, 'sentinel', 'password'), CURFEW_USER);
make('sentinel', {
  users: [
    withHash('users.acl', 'CHANGE-ME', password),
    textOf('sentinel/users.acl')
      .replace('>CHANGE-ME-SENTINEL-AT-REDIS', `#${hashOf(atRedis)}`)
      .replace('>CHANGE-ME-REPLICA', `#${hashOf(replica)}`),
    administrator('sentinel'),
  ].join(''),
  settings: textOf('sentinel/redis.conf').replace('CHANGE-ME-REPLICA', replica),
  sentinel: [
    textOf('sentinel/sentinel.conf')
      .replace('redis-0.example.com', 'redis')
      .replace('CHANGE-ME-SENTINEL-AT-REDIS', atRedis)
      .replaceAll('CHANGE-ME-PEER', peer)
      .replace('>CHANGE-ME-CURFEW-AT-SENTINEL', `#${hashOf(asks)}`),
    administrator('sentinel'),
  ].join(''),
});

make('cluster', {
  users: [
    withHash('cluster/users.acl', 'CHANGE-ME', password),
    ...textOf('sentinel/users.acl')
      .split('\n')
      .filter((line) => line.startsWith('user replica '))
      .map((line) => `${line.replace('>CHANGE-ME-REPLICA', `#${hashOf(replica)}`)}\n`),
    administrator('cluster'),
  ].join(''),
  settings: textOf('cluster/redis.conf').replace('CHANGE-ME-REPLICA', replica),
});

/** The last file says that the folder is whole. */
function make(kind, { users, settings, sentinel }) {
  const last = join(folder, kind, 'users.acl');
  if (existsSync(last)) return;
  if (sentinel !== undefined) writeFor(REDIS_USER, join(folder, kind, 'sentinel.conf'), sentinel);
  writeFor(REDIS_USER, join(folder, kind, 'redis.conf'), settings);
  writeFileSync(last, users);
}

function textOf(file) {
  return readFileSync(join(templates, file), 'utf8');
}

function withHash(file, placeholder, word) {
  return textOf(file).replace(`>${placeholder}`, `#${hashOf(word)}`);
}

/** The line of a user who may do everything, for what no other user may: `admin-password` has its password. */
function administrator(kind) {
  const word = passwordIn(join(folder, kind, 'admin-password'), ROOT);
  return `user admin on #${hashOf(word)} ~* &* +@all\n`;
}

function passwordIn(file, owner) {
  if (!existsSync(file)) writeFor(owner, file, secret());
  return readFileSync(file, 'utf8');
}

function secret() {
  return randomBytes(32).toString('hex');
}

function hashOf(word) {
  return createHash('sha256').update(word).digest('hex');
}

function writeFor({ uid, gid }, file, text) {
  writeFileSync(file, text, { mode: 0o400 });
  if (process.getuid() === 0) chownSync(file, uid, gid);
}
