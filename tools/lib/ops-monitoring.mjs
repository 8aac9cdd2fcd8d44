import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dashboards } from '../../deploy/grafana/dashboards.mjs';
import { grafanaJson, queriesOf } from '../../deploy/grafana/grafana.mjs';
import { repoRoot } from './paths.mjs';
import { privateStoresProblem, runOnPrivateStores } from './private-stores.mjs';

/** @typedef {import('./ops-checks.mjs').Outcome} Outcome */
/** @typedef {{ alert?: string, record?: string, expr: string, annotations?: Record<string, string> }} Rule */
/** @typedef {{ alertname: string, exp_alerts?: unknown[] }} AlertTest */

const folder = join(repoRoot, 'deploy', 'prometheus');
const rulesFile = join(folder, 'posthorn.rules.yml');
const testFiles = () =>
  readdirSync(join(folder, 'tests'))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(folder, 'tests', name));
const program = 'apps/e2e/dist/ops/main.js';
const LIMIT_MS = 20 * 60_000;
const missingTool = 'Debian’s package prometheus brings prometheus and promtool, and is not installed';

const missingAmtool = 'Debian’s package prometheus-alertmanager brings amtool, and is not installed';
const composed = (/** @type {string} */ name) => join(repoRoot, 'deploy', 'compose', name);

/** @type {import('./ops-checks.mjs').Check[]} */
export const monitoringChecks = [
  { name: 'rules', run: async () => promtool('check', 'rules', rulesFile) },
  { name: 'rule-tests', run: async () => promtool('test', 'rules', ...testFiles()) },
  {
    name: 'prometheus-config',
    run: async () => tool('promtool', missingTool, 'check', 'config', composed('prometheus.yml')),
  },
  {
    name: 'alertmanager-config',
    run: async () => tool('amtool', missingAmtool, 'check-config', composed('alertmanager.yml')),
  },
  { name: 'alerts', run: async () => problems(alertProblems()) },
  { name: 'dashboards', run: async () => problems(dashboardProblems()) },
  { name: 'metric-names', run: async () => problems(nameProblems()) },
  { name: 'live-queries', run: () => live({}) },
  ...['usual', 'small', 'window'].map((bounds) => ({
    name: bounds === 'usual' ? 'runbooks' : `runbooks-${bounds}`,
    onlyByName: true,
    run: (/** @type {string[]} */ ...runbooks) => live({ drills: { bounds, runbooks } }),
  })),
];

/** @param {...string} args @returns {Outcome} */
const promtool = (...args) => tool('promtool', missingTool, ...args);

/** @param {string} name @param {string} missing @param {...string} args @returns {Outcome} */
function tool(name, missing, ...args) {
  const { error, status, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' });
  if (error) return { outcome: 'not run', why: missing };
  if (status === 0) return { outcome: 'passed' };
  return { outcome: 'failed', why: `${stdout}${stderr}`.slice(0, 4_000) };
}

/** @param {string[]} found @returns {Outcome} */
function problems(found) {
  return found.length === 0 ? { outcome: 'passed' } : { outcome: 'failed', why: found.join('; ') };
}

/** @returns {Rule[]} */
function rules() {
  const { groups } = parse(readFileSync(rulesFile, 'utf8'));
  return groups.flatMap((/** @type {{ rules: Rule[] }} */ group) => group.rules);
}

/** Every alert has a runbook, and tests in which it fires and in which it does not. */
function alertProblems() {
  const tests = testFiles().flatMap((file) =>
    parse(readFileSync(file, 'utf8')).tests.flatMap(
      (/** @type {{ alert_rule_test: AlertTest[] }} */ test) => test.alert_rule_test,
    ),
  );
  return rules().flatMap(({ alert, annotations }) => {
    if (!alert) return [];
    const own = tests.filter(({ alertname }) => alertname === alert);
    const runbook = annotations?.runbook ?? '';
    return [
      ...(runbook && existsSync(join(repoRoot, runbook)) ? [] : [`${alert} has no runbook`]),
      ...(own.some(({ exp_alerts: fires }) => fires?.length) ? [] : [`${alert} fires in no test`]),
      ...(own.some(({ exp_alerts: fires }) => !fires?.length) ? [] : [`${alert} is quiet in no test`]),
    ];
  });
}

function dashboardProblems() {
  return dashboards.flatMap((dashboard) => {
    const file = join(repoRoot, 'deploy', 'grafana', 'dashboards', `${dashboard.uid}.json`);
    const wanted = JSON.stringify(grafanaJson(dashboard), undefined, 2);
    const is = existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : '';
    return is === wanted ? [] : [`${dashboard.uid}.json is not what deploy/grafana/generate.mjs writes`];
  });
}

/** Names in the tables of docs/metrics.md, which a test holds to the code. */
function documentedNames() {
  const text = readFileSync(join(repoRoot, 'docs', 'metrics.md'), 'utf8');
  return [...text.matchAll(/^\| `[^`]+` \| `([^`]+)`/gm)].map(([, name]) => name);
}

function panelQueries() {
  return dashboards.flatMap(({ title, rows }) =>
    rows.flatMap(([, panels]) =>
      panels.flatMap((panel) =>
        queriesOf(panel).map(([expr]) => ({
          dashboard: title,
          panel: panel.title,
          expr,
          empty: panel.empty,
        })),
      ),
    ),
  );
}

/** What dashboards and rules name is documented, or recorded by a rule. */
function nameProblems() {
  const records = rules().flatMap(({ record }) => (record ? [record] : []));
  const known = new Set([...documentedNames(), ...records, 'up', 'ALERTS']);
  const named = [...panelQueries(), ...rules()].flatMap(({ expr }) => metricsIn(expr));
  return [...new Set(named)]
    .filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|count|sum)$/, '')))
    .map((name) => `${name} is no metric of ours`);
}

const words = new Set(
  (
    'sum rate increase max min by without topk clamp_min histogram_quantile absent label_replace and or unless on ignoring ' +
    'group_left offset vector le bool avg count resets'
  ).split(' '),
);

/** Names in a query that are neither functions nor labels. @param {string} expr */
export function metricsIn(expr) {
  const bare = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .replace(/\boffset\s+\w+/g, '');
  return (bare.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? []).filter((word) => !words.has(word));
}

/** @param {{ drills?: { bounds: string, runbooks: string[] } }} more @returns {Promise<Outcome>} */
async function live(more) {
  if (spawnSync('prometheus', ['--version']).error) return { outcome: 'not run', why: missingTool };
  const problem = await privateStoresProblem();
  if (problem) return { outcome: 'not run', why: problem };
  const options = { rules: rulesFile, queries: panelQueries(), metrics: documentedNames(), ...more };
  const code = await runOnPrivateStores(program, { ...options, limitMs: LIMIT_MS });
  return code === 0 ? { outcome: 'passed' } : { outcome: 'failed', why: 'the lines above say what' };
}
