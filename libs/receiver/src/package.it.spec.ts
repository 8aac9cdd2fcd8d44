import { readFileSync } from 'node:fs';
import { installPacked, type Installed } from '@posthorn/testing';

let installed: Installed;
beforeAll(async () => {
  installed = await installPacked('receiver');
}, 180_000);
afterAll(() => installed?.remove());

it('has no dependencies, of any kind', () => {
  const kinds = Object.keys(installed.manifest).filter((field) => /dependenc/i.test(field));
  expect(kinds).toEqual([]);
});

it('holds what runs and what documents it, and no tests', () => {
  const { files } = installed;
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']));
  expect(files.filter((path) => /spec|tsconfig|jest|tsbuildinfo/.test(path))).toEqual([]);
});

it('verifies a published Standard Webhooks vector in plain Node', async () => {
  const vectors = new URL('../../testing/vectors/standard-webhooks.json', import.meta.url);
  const printed = await installed.run(`
    import { standardWebhooks, WebhookError } from '@posthorn/receiver';
    const { secret, id, timestamp, body, signature } = ${JSON.stringify(firstOf(readFileSync(vectors, 'utf8')))};
    const now = () => timestamp * 1000;
    const verifier = standardWebhooks({ secrets: [secret], now });
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
    console.log(verifier.verify(body, headers).webhookId === id);
    try {
      verifier.verify(body + ' ', headers);
    } catch (error) {
      console.log(error instanceof WebhookError, error.reason);
    }`);
  expect(printed.trim().split('\n')).toEqual(['true', 'true bad-signature']);
});

it('has declarations that stand alone', async () => {
  await installed.compile(`
    import { brutlers, SeenIds, type Verifier } from '@posthorn/receiver';
    const verifier: Verifier = brutlers({ secrets: ['s'] });
    const seen: SeenIds = new SeenIds({ max: 10 });
    export const id: string | undefined = verifier.verify('', {}).webhookId;
    // @ts-expect-error: secrets are needed
    brutlers({});
    void seen;`);
}, 60_000);

function firstOf(vectors: string): unknown {
  return (JSON.parse(vectors) as { cases: unknown[] }).cases[0];
}
