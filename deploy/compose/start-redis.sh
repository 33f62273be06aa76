#!/bin/sh
# Starts Redis, or a Sentinel, with a file of settings of its own. The file is written once: after a failover the server
# notes in it who is the primary, and what was given here is out of date.
#   start-redis.sh FOLDER/redis.conf LINE…
#   start-redis.sh FOLDER/sentinel.conf FILE
set -eu
file=$1
shift
folder=${file%/*}

if [ ! -e "$file" ]; then
  mkdir -p "$folder"
  umask 077
  case $file in
    */sentinel.conf) cat "$1" ;;
    *) printf '%s\n' "dir $folder" "$@" ;;
  esac >"$file.new"
  mv "$file.new" "$file" # whole, or not there
fi

case $file in
  */sentinel.conf) exec redis-server "$file" --sentinel ;;
  *) exec redis-server "$file" ;;
esac
