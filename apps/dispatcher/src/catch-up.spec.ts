import { CatchUp } from './catch-up.js';
import type { LaneSlot } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import type { PartitionOwner } from './partition-owner.js';

/** A lane that is at the main reader's position, below the end of the bitmap that was loaded at takeover. */
function stalledSlot(): { slot: LaneSlot; owner: PartitionOwner; fed: number[] } {
  const fed: number[] = [];
  const owner = {
    ended: false,
    nextPosition: 10,
    partition: 0,
    window: { loadedEnd: 20 },
  } as unknown as PartitionOwner;
  const lane = { wantsRead: 10, fedUpTo: (position: number) => void fed.push(position) };
  return { slot: { owner, lane, tenantId: 't' } as unknown as LaneSlot, owner, fed };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a lane that may not be handed over yet is looked at again when the main reader moves, not for ever', async () => {
  const { slot, owner, fed } = stalledSlot();
  const reader = { readOnce: () => Promise.reject(new Error('there is nothing to read')) };
  // As the service does: whatever was fed may want to be read for again.
  const again = (one: LaneSlot): void => catchUp.want(one);
  const catchUp: CatchUp = new CatchUp(reader, {} as Outbox, again, () => undefined);
  catchUp.want(slot);
  for (let i = 0; i < 5; i++) await turn();
  expect(fed).toEqual([10]);
  catchUp.advanced(owner);
  for (let i = 0; i < 5; i++) await turn();
  expect(fed).toEqual([10, 10]);
});
