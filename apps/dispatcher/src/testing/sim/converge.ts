import { dueTopic, eventsTopic } from '@posthorn/contracts';
import { Violation } from './referee.js';
import type { Simulation } from './simulation.js';

const roundsMax = 400;

/** With everything working, whatever was left has to come to its end, and nothing may be held for it. */
export async function converge(simulation: Simulation): Promise<void> {
  await simulation.heal();
  let left = 'nothing was asked';
  for (let round = 0; round < roundsMax; round++) {
    left = unfinished(simulation);
    if (left === '') return;
    await simulation.healthyRound();
  }
  throw new Violation(`does not converge: ${left}`);
}

function unfinished({ broker, owner: node, referee }: Simulation): string {
  const open = referee.unfinished.map(({ key }) => key);
  const { owner, service } = node;
  if (!owner) return 'nobody owns the partition';
  const sender = service['sender'];
  const kinds = [sender['origins'], sender['tenants'], sender['subscriptions'], sender['slow']];
  const facts: Record<string, unknown[]> = {
    deliveries: open,
    records: [...broker.lanes.values()].map(({ message }) => JSON.stringify(message)),
    lanes: [...owner.slots.values()].filter(({ lane }) => lane.state !== 'live').map(({ key }) => key),
    window: broker.window.next < broker.log(eventsTopic.name).high ? [broker.window.next] : [],
    due: broker.due.next < broker.log(dueTopic.name).high ? [broker.due.next] : [],
    bytes: [owner.heldBytes, owner.fedBytes].filter((bytes) => bytes !== 0),
    flying: sender.inFlight === 0 ? [] : [sender.inFlight],
    permits: kinds.flatMap((kind) => [...kind['taken'].keys(), ...kind['waiting'].keys()]),
    tokens: [...owner.due['tokens']],
    outbox: service['outbox']['waiting'],
  };
  return Object.entries(facts)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}: ${values.slice(0, 5).join(' ')}`)
    .join('; ');
}
