// Writes dashboards/*.json: `node deploy/grafana/generate.mjs`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards } from './dashboards.mjs';
import { grafanaJson } from './grafana.mjs';

const folder = new URL('dashboards/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const dashboard of dashboards) {
  const text = JSON.stringify(grafanaJson(dashboard), undefined, 2);
  writeFileSync(new URL(`${dashboard.uid}.json`, folder), `${text}\n`);
}
