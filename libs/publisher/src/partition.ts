/** murmur2 as Kafka's Java clients compute it, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length;
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = Math.imul(view.getInt32(i, true), m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - i;
  if (rest > 0) {
    if (rest === 3) h ^= bytes[i + 2] << 16;
    if (rest >= 2) h ^= bytes[i + 1] << 8;
    h = Math.imul(h ^ bytes[i], m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** The partition that Kafka's Java default partitioner chooses for a record with this key. */
export function partitionFor(key: string | Uint8Array, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}

type PartitionerArgs = {
  partitionMetadata: readonly unknown[];
  message: { key?: string | Uint8Array | null; partition?: number };
};

/**
 * For kafkajs, as `createPartitioner`. Every publisher of a topic has to spread keys alike, or an entity's
 * events stand in two partitions and their order is lost; this is what Java clients and Posthorn itself do.
 */
export function murmur2Partitioner(): (args: PartitionerArgs) => number {
  let turn = 0;
  return ({ partitionMetadata, message: { key, partition } }) => {
    if (partition !== undefined && partition !== null) return partition;
    if (key === undefined || key === null) return turn++ % partitionMetadata.length;
    return partitionFor(key, partitionMetadata.length);
  };
}
