/** murmur2 as Kafka's Java clients compute it, as a signed 32-bit number. */
export function murmur2(bytes: Buffer): number {
  const length = bytes.length;
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = Math.imul(bytes.readInt32LE(i), m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - i;
  if (rest > 0) {
    if (rest === 3) h ^= bytes.readUInt8(i + 2) << 16;
    if (rest >= 2) h ^= bytes.readUInt8(i + 1) << 8;
    h = Math.imul(h ^ bytes.readUInt8(i), m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** The partition that Kafka's Java default partitioner chooses for a record with this key. */
export function partitionFor(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
