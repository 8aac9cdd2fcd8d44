import { allTopics, partitionsFor } from '@posthorn/contracts';
import { waitFor } from '@posthorn/testing';
import { eventText, IngestRig, partitions } from './testing/ingest-rig.js';

let rig: IngestRig;

beforeEach(async () => {
  rig = await IngestRig.start();
  await rig.tenant('plain');
}, 60_000);

afterEach(() => rig.stop(), 30_000);

async function write(name: string, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, n) => ({
    value: eventText({ tenantId: 'plain', id: `${name}-${n}` }),
    partition: 0,
  }));
  await rig.inbox(records);
}

/** A broker that comes back with less than it had acknowledged; no client is told. */
async function shorten(to: number): Promise<void> {
  const admin = await rig.kafka.admin();
  const topic = rig.kafka.topicName('inbox.v1');
  await admin.deleteTopics({ topics: [topic] });
  await waitFor(async () => !(await admin.listTopics()).includes(topic));
  const spec = allTopics.find(({ name }) => name === 'inbox.v1')!;
  await rig.kafka.ensureTopics([{ ...spec, partitions: partitionsFor(spec, partitions) }]);
  await write('kept', to);
}

async function taken(count: number): Promise<void> {
  await waitFor(async () => (await rig.eventsOf('plain')).length >= count, { timeoutMs: 30_000 });
}

const settled = (offset: number) =>
  waitFor(async () => (await rig.committed()).get(0) === offset, { timeoutMs: 20_000 });

it('reads a log on at its end that lost its tail while the service was down', async () => {
  const service = await rig.serve();
  await write('old', 300);
  await taken(300);
  await settled(300);
  await service.stop();
  await shorten(60);
  // Deleting a topic takes an empty group's commits away, a moment later; a power cut does not.
  await waitFor(async () => ((await rig.committed()).get(0) ?? -1) < 0);
  const groupId = rig.kafka.groupId('event-ingest');
  const partitions = [{ partition: 0, offset: '300' }];
  await (await rig.kafka.admin()).setOffsets({ groupId, topic: rig.kafka.topicName('inbox.v1'), partitions });
  await rig.serve();
  await rig.inbox([{ value: eventText({ tenantId: 'plain', id: 'other' }), partition: 1 }]);
  // Before a record comes there: the log may be longer than it was at the next start.
  await settled(60);
  await write('new', 5);
  await taken(306);
  expect(await rig.eventsOf('plain')).toHaveLength(306);
}, 90_000);

it('reads a log on that loses its tail while the service runs', async () => {
  await rig.serve();
  await write('old', 300);
  await taken(300);
  await settled(300);
  await shorten(60);
  let written = 0;
  await waitFor(
    async () => {
      await write(`new${written++}`, 1);
      return (await rig.eventsOf('plain')).length > 300;
    },
    { timeoutMs: 30_000, intervalMs: 200 },
  );
  await settled(60 + written);
}, 90_000);

it('reads a log from its start that was made anew while the service runs', async () => {
  await rig.serve();
  await write('old', 1_200);
  await taken(1_200);
  await settled(1_200);
  await shorten(20);
  await taken(1_220);
  await write('new', 5);
  await settled(25);
  expect(await rig.eventsOf('plain')).toHaveLength(1_225);
}, 90_000);
