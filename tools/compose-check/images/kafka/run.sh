#!/bin/bash
# KAFKA_NODE_ID becomes node.id and so on, as the official image does it.
set -eu
config=/opt/kafka/config/server.properties
env | sed -n 's/^KAFKA_\([A-Z_]*\)=\(.*\)$/\1=\2/p' | grep -v '^HEAP_OPTS=' | while IFS='=' read -r name value; do
  echo "$(echo "$name" | tr 'A-Z_' 'a-z.')=$value"
done > "$config"
run=(java -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.xml -XX:+UseSerialGC -cp '/opt/kafka/libs/*')
"${run[@]}" kafka.tools.StorageTool format --ignore-formatted -t "$CLUSTER_ID" -c "$config"
# shellcheck disable=SC2086 # several options in one variable
exec "${run[@]}" ${KAFKA_HEAP_OPTS:-} kafka.Kafka "$config"
