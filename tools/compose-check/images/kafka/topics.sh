#!/bin/bash
# The health check's question in short: does the broker answer in Kafka's protocol (ApiVersions)?
set -eu
[ "$1" = --bootstrap-server ]
exec 3<> "/dev/tcp/${2%:*}/${2#*:}"
printf '\0\0\0\012\0\022\0\0\0\0\0\001\377\377' >&3
[ "$(timeout 5 head -c 8 <&3 | tail -c 4 | od -An -tx1 | tr -d ' ')" = 00000001 ]
