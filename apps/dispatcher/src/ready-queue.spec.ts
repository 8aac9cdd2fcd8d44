import type { LaneSlot } from './lane-slot.js';
import { ReadyQueue } from './ready-queue.js';

const lanes = (tenantId: string, n: number): LaneSlot[] =>
  Array.from({ length: n }, () => ({ tenantId, listed: false }) as unknown as LaneSlot);

/** What each tenant started of `total` events, when every lane always has more. */
function started(of: Record<string, { lanes: number; bytes: number }>, total: number) {
  const queue = new ReadyQueue();
  const bytes: Record<string, number> = {};
  for (const [tenantId, one] of Object.entries(of)) {
    bytes[tenantId] = 0;
    lanes(tenantId, one.lanes).forEach((slot) => queue.add(slot));
  }
  for (let i = 0; i < total; i++) {
    const slot = queue.take()!;
    const { tenantId } = slot;
    queue.charge(slot, of[tenantId].bytes);
    bytes[tenantId] += of[tenantId].bytes;
    queue.add(slot);
  }
  return bytes;
}

it('gives tenants equal parts, whether they have one lane or many', () => {
  const { one, many } = started(
    { one: { lanes: 1, bytes: 1_024 }, many: { lanes: 50, bytes: 1_024 } },
    3_200,
  );
  expect([one, many]).toEqual([1_600 * 1_024, 1_600 * 1_024]);
});

it('gives them equal parts by bytes', () => {
  const { small, large } = started(
    { small: { lanes: 3, bytes: 1_024 }, large: { lanes: 1, bytes: 256 * 1_024 } },
    5_140,
  );
  expect(large / small).toBeGreaterThan(0.9);
  expect(large / small).toBeLessThan(1.15);
});

it('is empty when every lane was taken, and forgets tenants that have none', () => {
  const queue = new ReadyQueue();
  const [slot] = lanes('t', 1);
  queue.add(slot);
  queue.add(slot);
  expect([queue.empty, queue.take(), queue.empty, queue.take()]).toEqual([false, slot, true, undefined]);
});
