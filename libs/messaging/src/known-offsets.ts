import { createRequire } from 'node:module';

/** Of kafkajs's offset manager, of which a consumer has one for each assignment. */
export type Offsets = {
  topics: string[];
  memberAssignment: Record<string, number[]>;
  /** As text; absent or negative where it is not known. */
  committedOffsets(): Record<string, Record<number, string | undefined> | undefined>;
  resolveOffsets(): Promise<void>;
};

const kafkajs = createRequire(import.meta.url);
const { prototype } = kafkajs('kafkajs/src/consumer/offsetManager/index.js') as { prototype: Offsets };

let isInstalled = false;

/**
 * Before every fetch kafkajs makes a 64-bit number of each partition's offset, to find those that it does not
 * know: with a fetch for each event that was a tenth of the dispatcher's time. The texts tell as much.
 */
export function passOverKnownOffsets(): void {
  if (isInstalled) return;
  isInstalled = true;
  passingOver(prototype);
}

/** As above, for that prototype. */
export function passingOver(of: Offsets): void {
  const { resolveOffsets } = of;
  of.resolveOffsets = function (this: Offsets) {
    return areKnown(this) ? Promise.resolve() : resolveOffsets.call(this);
  };
}

function areKnown(offsets: Offsets): boolean {
  const committed = offsets.committedOffsets();
  for (const topic of offsets.topics) {
    const known = committed[topic];
    for (const partition of offsets.memberAssignment[topic] ?? [])
      if (!/^\d/.test(known?.[partition] ?? '')) return false;
  }
  return true;
}
