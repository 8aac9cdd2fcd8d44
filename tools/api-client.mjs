// The portal's typed client: `npm run api:client` writes what the services' code says now, `--check` fails
// when that is something else than what is checked in.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { readAnswers } from './lib/answers.mjs';
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { repoRoot } from './lib/paths.mjs';
import { run, tail } from './lib/processes.mjs';
import { UserError } from './lib/require.mjs';

const answersFile = join(repoRoot, 'apps/subscription-api/src/generated/answers.ts');
const documentFile = join(repoRoot, 'apps/portal/src/api/generated/openapi.json');
const clientFile = join(repoRoot, 'apps/portal/src/api/generated/schema.d.ts');

await main(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  /** @type {string[]} */
  const stale = [];
  const write = (/** @type {string} */ file, /** @type {string} */ text) => {
    if (read(file) === text) return;
    stale.push(file);
    if (!values.check) writeFileSync(file, text);
  };
  const answers = readAnswers(['subscription-api', 'delivery-log', 'event-ingest']);
  write(answersFile, answersText(answers));
  // Answers that are not written yet are not in the document either: the next run sees both.
  if (!(values.check && stale.length > 0)) {
    const document = await apiDocument();
    write(documentFile, document);
    const client = astToString(await openapiTS(document, { alphabetize: true }));
    write(clientFile, `// Made by \`npm run api:client\`.\n${client}`);
  }
  if (stale.length === 0) return 0;
  const names = stale.map((file) => file.slice(repoRoot.length + 1)).join(', ');
  console.log(values.check ? `Out of date (npm run api:client): ${names}` : `Written: ${names}`);
  return values.check ? 1 : 0;
});

/** @param {Record<string, object>} answers */
function answersText(answers) {
  const head =
    "// What routes answer, by operation; made by `npm run api:client` from the controllers' types.\n";
  return `${head}export const answers: Record<string, object> = ${JSON.stringify(answers, null, 1)};\n`;
}

async function apiDocument() {
  const file = join(repoRoot, 'node_modules', `.api-document-${process.pid}.json`);
  const hook = new URL('./swc-hook.mjs', import.meta.url).href;
  const script = join(repoRoot, 'tools/lib/api-document.mjs');
  const args = ['--import', hook, '--conditions=@posthorn/source', script, file];
  const { code, output } = await run(productNode(), args, { cwd: repoRoot, env: productEnv() });
  if (code !== 0) throw new UserError(`The OpenAPI document could not be made:\n${tail(output, 20)}`);
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return `${text}\n`;
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
