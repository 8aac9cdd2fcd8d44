import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostsFile, parseHosts } from './hosts-file.js';

describe('parseHosts', () => {
  it('reads names, aliases, comments and both families', () => {
    const text = [
      '# a comment',
      '127.0.0.1\tlocalhost',
      '::1 localhost ip6-localhost # and a comment',
      '',
      '10.0.0.5  Receiver.Internal receiver\r',
      'not-an-address  name',
      '10.0.0.5 receiver',
    ].join('\n');
    expect([...parseHosts(text)]).toEqual([
      ['localhost', ['127.0.0.1', '::1']],
      ['ip6-localhost', ['::1']],
      ['receiver.internal', ['10.0.0.5']],
      ['receiver', ['10.0.0.5']],
    ]);
  });
});

describe('HostsFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-hosts-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read at the first question and again, within a second, when it changed', () => {
    const path = join(folder, 'hosts');
    writeFileSync(path, '10.0.0.1 receiver');
    const hosts = new HostsFile(path);
    expect(hosts.find('receiver', 0)).toEqual(['10.0.0.1']);
    writeFileSync(path, '10.0.0.2 receiver');
    utimesSync(path, 1, 1);
    expect(hosts.find('receiver', 999)).toEqual(['10.0.0.1']);
    expect(hosts.find('receiver', 1_000)).toEqual(['10.0.0.2']);
    rmSync(path);
    expect(hosts.find('receiver', 2_000)).toBeUndefined();
  });

  it('knows localhost without a file', () => {
    const hosts = new HostsFile(join(folder, 'none'));
    expect(hosts.find('localhost', 0)).toEqual(['127.0.0.1', '::1']);
    expect(hosts.find('a.localhost', 0)).toEqual(['127.0.0.1', '::1']);
    expect(hosts.find('localhost.example.org', 0)).toBeUndefined();
  });
});
