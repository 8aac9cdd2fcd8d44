import { createSocket } from 'node:dgram';

const typeA = 1;
const typeAaaa = 28;
const nxDomain = 3;

/** What a name has now: a test changes it between two questions. `silent`: no answer at all. */
export type Zone = Record<
  string,
  { a?: string[]; aaaa?: string[]; ttlS?: number; silent?: boolean } | undefined
>;
export type NameServer = {
  address: string;
  zone: Zone;
  questions: string[];
  close(): Promise<void>;
};

/** A name server on loopback that answers A and AAAA from `zone`, and NXDOMAIN for what is not in it. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = question(query);
    questions.push(`${name} ${type === typeA ? 'A' : 'AAAA'}`);
    if (zone[name]?.silent) return;
    socket.send(answer(query, end, zone[name], type), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => socket.close(resolve));
  return { address: `127.0.0.1:${socket.address().port}`, zone, questions, close };
}

function question(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (; query[at] !== 0; at += query[at] + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answer(query: Buffer, questionEnd: number, entry: Zone[string], type: number): Buffer {
  const addresses = (type === typeA ? entry?.a : type === typeAaaa ? entry?.aaaa : undefined) ?? [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | (entry ? 0 : nxDomain), 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const data = type === typeA ? Buffer.from(address.split('.').map(Number)) : fullV6(address);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(entry?.ttlS ?? 0, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([header, query.subarray(12, questionEnd), ...records]);
}

function fullV6(address: string): Buffer {
  const [left, right = ''] = address.split('::');
  const head = left.split(':').filter(Boolean);
  const tail = right.split(':').filter(Boolean);
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
