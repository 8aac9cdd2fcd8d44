import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { remove } from './files.mjs';
import { kafkaProblem } from './kafka.mjs';
import { schemaLocation, writeSchemas } from './kube-schemas.mjs';
import { layout, repoRoot } from './paths.mjs';
import { run, tail } from './processes.mjs';
import { which } from './require.mjs';

/** @typedef {import('./ops-checks.mjs').Outcome} Outcome */

const chart = join(repoRoot, 'deploy', 'helm', 'posthorn');
const values = ['one-node', 'fleet'].map((name) => join(chart, `values-${name}.yaml`));
/** The oldest that Chart.yaml allows, and a newer one. */
const kubeVersions = ['1.30.0', '1.37.0'];

const tools = {
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
};
const modules = {
  kubernetes: 'k8s.io/kubernetes@v1.37.2',
  keda: 'github.com/kedacore/keda/v2@v2.21.0',
  prometheus: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
};

/** What has to be refused, and with what words. @type {[what: string, flags: string[], said: RegExp][]} */
const refused = [
  ['no brokers', [], /kafka\.brokers is not set/],
  [
    'more dispatchers than partitions',
    [
      '--set',
      'kafka.brokers=k:9092,kafka.sasl.mechanism=,kafka.partitions=4,services.dispatcher.autoscaling.enabled=true',
    ],
    /autoscaling\.max is above kafka\.partitions/,
  ],
  ['an unknown mode', ['--set', 'kafka.brokers=k:9092,mode=both'], /mode is services or standalone/],
];

/** @type {import('./ops-checks.mjs').Check[]} */
export const deploymentChecks = [
  { name: 'helm-lint', run: () => withTool('helm', lint) },
  { name: 'helm-template', run: () => withTool('helm', template) },
  {
    name: 'kubeconform',
    run: () => withTool('helm', (helm) => withTool('kubeconform', (bin) => conform(helm, bin))),
  },
  { name: 'chart-rules', run: () => withTool('helm', chartRules) },
  { name: 'network-policies', run: () => withTool('helm', onlyTheDispatcherGetsOut) },
  { name: 'kafka-access', run: kafkaAccess },
  { name: 'compose-file', run: composeFile },
  { name: 'compose', onlyByName: true, run: composed },
];

/** @param {string} helm @returns {Promise<Outcome>} */
async function lint(helm) {
  for (const file of values) await succeed(helm, 'lint', '--strict', '--quiet', chart, '-f', file);
  return { outcome: 'passed' };
}

/** @param {string} helm @returns {Promise<Outcome>} */
async function template(helm) {
  for (const version of kubeVersions) await rendered(helm, version);
  for (const [what, flags, said] of refused) {
    const { code, output } = await run(helm, [
      'template',
      'posthorn',
      chart,
      ...kube(kubeVersions[0]),
      ...flags,
    ]);
    if (code === 0 || !said.test(output))
      return { outcome: 'failed', why: `${what} should be refused with ${said}: ${tail(output, 3)}` };
  }
  const lacking = await extrasLacking(helm);
  if (lacking.length > 0) return { outcome: 'failed', why: lacking.join('; ') };
  return { outcome: 'passed', why: `for Kubernetes ${kubeVersions.join(' and ')}` };
}

/**
 * Volumes and variables of one's own are in the pods of all services, or of the one that they are for.
 * @param {string} helm
 * @returns {Promise<string[]>} what is not as it should be
 */
async function extrasLacking(helm) {
  const set = (/** @type {string} */ at, /** @type {string} */ name) => [
    ...['--set-json', `${at}extraEnv=[{"name":"NODE_EXTRA_CA_CERTS","value":"/${name}/ca.crt"}]`],
    ...['--set-json', `${at}extraVolumes=[{"name":"${name}","secret":{"secretName":"${name}"}}]`],
    ...['--set-json', `${at}extraVolumeMounts=[{"name":"${name}","mountPath":"/${name}"}]`],
  ];
  const flags = [...set('', 'ours'), ...set('services.dispatcher.', 'theirs')];
  const fleet = ['template', 'posthorn', chart, ...kube(kubeVersions[0]), '-f', String(values[1])];
  const pods = (await succeed(helm, ...fleet, ...flags))
    .split(/^---$/m)
    .map((part) => parse(part))
    .filter((one) => one?.kind === 'Deployment')
    .map(({ spec }) => spec.template.spec);
  return pods.flatMap(({ volumes, containers: [{ name: service, env, volumeMounts }] }) => {
    const wanted = service === 'dispatcher' ? 'ours theirs' : 'ours';
    const own = (/** @type {{ name: string }[]} */ list) =>
      list.flatMap(({ name }) => (name === 'kafka-ca' ? [] : [name])).join(' ');
    const said = env.findLast(
      (/** @type {{ name: string }} */ one) => one.name === 'NODE_EXTRA_CA_CERTS',
    )?.value;
    const is = [own(volumes), own(volumeMounts), said];
    const should = [wanted, wanted, `/${wanted.split(' ').at(-1)}/ca.crt`];
    return is.join() === should.join() ? [] : [`${service} has ${is.join(', ')}, not ${should.join(', ')}`];
  });
}

/**
 * Both value files, as one text each.
 * @param {string} helm
 * @param {string} version
 * @returns {Promise<string[]>}
 */
async function rendered(helm, version) {
  const texts = [];
  for (const file of values)
    texts.push(await succeed(helm, 'template', 'posthorn', chart, ...kube(version), '-f', file));
  return texts;
}

/** Built by `go install`, Helm knows no version of Kubernetes. @param {string | undefined} version */
const kube = (version) => ['--kube-version', String(version)];

/** @param {string} helm @param {string} kubeconform @returns {Promise<Outcome>} */
async function conform(helm, kubeconform) {
  const folder = join(cache(), 'schemas');
  const stamp = join(folder, 'made-from.json');
  const sources = JSON.stringify({ ...modules, kinds: 2 });
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) {
    remove(folder);
    const [kubernetes, keda, prometheus] = await Promise.all(Object.values(modules).map(moduleFolder));
    writeSchemas({
      folder,
      swagger: join(kubernetes, 'api', 'openapi-spec', 'swagger.json'),
      crds: [
        join(keda, 'config', 'crd', 'bases'),
        ...['podmonitors', 'prometheusrules'].map((kind) =>
          join(prometheus, 'example', 'prometheus-operator-crd', `monitoring.coreos.com_${kind}.yaml`),
        ),
        join(repoRoot, 'tools', 'kube-schemas'),
      ],
    });
    writeFileSync(stamp, sources);
  }
  const file = join(cache(), 'rendered.yaml');
  writeFileSync(file, (await rendered(helm, '1.37.0')).join('\n---\n'));
  const location = join(folder, schemaLocation);
  const output = await succeed(kubeconform, '-strict', '-summary', '-schema-location', location, file);
  const summary = output.trim().split('\n').at(-1) ?? '';
  if (!/Skipped: 0/.test(summary))
    return { outcome: 'failed', why: `not everything was looked at: ${summary}` };
  return { outcome: 'passed', why: summary.replace(/^Summary: /, '') };
}

/**
 * The alerts as the fleet gets them are rules that Prometheus takes, about its own namespace alone; without
 * the PodMonitor they are those of deploy/prometheus.
 * @param {string} helm
 * @returns {Promise<Outcome>}
 */
async function chartRules(helm) {
  const of = async (/** @type {string[]} */ ...flags) => {
    const fleet = ['template', 'posthorn', chart, ...kube('1.37.0'), '-f', String(values[1])];
    const text = await succeed(helm, ...fleet, '--namespace', 'hooks', ...flags);
    const rules = text
      .split(/^---$/m)
      .map((part) => parse(part))
      .find((one) => one?.kind === 'PrometheusRule');
    return rules.spec;
  };
  const plain = parse(readFileSync(join(repoRoot, 'deploy', 'prometheus', 'posthorn.rules.yml'), 'utf8'));
  if (JSON.stringify(await of('--set', 'podMonitor.enabled=false')) !== JSON.stringify(plain))
    return { outcome: 'failed', why: 'without the PodMonitor they are not those of deploy/prometheus' };
  const spec = await of();
  const file = join(cache(), 'chart.rules.yml');
  writeFileSync(file, stringify(spec));
  const rules = spec.groups.flatMap((/** @type {{ rules: object[] }} */ group) => group.rules);
  const foreign = rules.filter(
    (/** @type {{ expr: string, labels: Record<string, string> }} */ { expr, labels }) =>
      !expr.includes('namespace="hooks"') || labels.namespace !== 'hooks' || expr.includes('__'),
  );
  if (foreign.length > 0)
    return { outcome: 'failed', why: `not about this namespace: ${JSON.stringify(foreign[0])}` };
  if (!which('promtool')) return { outcome: 'passed', why: 'promtool was not there to read them' };
  await succeed('promtool', 'check', 'rules', file);
  return { outcome: 'passed' };
}
/**
 * Who may reach the open internet, by the policies of the fleet, and on which ports.
 * @param {string} helm
 * @returns {Promise<Outcome>}
 */
async function onlyTheDispatcherGetsOut(helm) {
  const strictly = ['--set', 'services.subscription-api.verifiesReceivers=false'];
  const narrowly = ['--set', 'networkPolicy.receivers.ports={443,8443}'];
  /** @type {[flags: string[], wanted: string][]} */
  const cases = [
    [[], 'dispatcher (every port), subscription-api (every port)'],
    [strictly, 'dispatcher (every port)'],
    [[...strictly, ...narrowly], 'dispatcher (443 8443)'],
  ];
  const found = [];
  for (const [flags, wanted] of cases) {
    const out = (await policiesOut(helm, flags)).sort().join(', ');
    if (out !== wanted) found.push(`${out} get out, not ${wanted}`);
  }
  return found.length === 0 ? { outcome: 'passed' } : { outcome: 'failed', why: found.join('; ') };
}

/** @param {string} helm @param {string[]} flags @returns {Promise<string[]>} */
async function policiesOut(helm, flags) {
  const fleet = ['template', 'posthorn', chart, ...kube('1.37.0'), '-f', String(values[1])];
  const text = await succeed(helm, ...fleet, ...flags);
  return text
    .split(/^---$/m)
    .map((part) => parse(part))
    .filter((one) => one?.kind === 'NetworkPolicy')
    .flatMap(({ spec: { egress = [], podSelector } }) => {
      const rule = egress.find((/** @type {unknown} */ one) => JSON.stringify(one).includes('0.0.0.0/0'));
      if (!rule) return [];
      const ports = rule.ports.map(({ port = 'every port' }) => port).join(' ');
      return [`${podSelector.matchLabels['app.kubernetes.io/component'] ?? 'everybody'} (${ports})`];
    });
}

/** @returns {Promise<Outcome>} */
async function composeFile() {
  const file = join(repoRoot, 'docker-compose.yml');
  const docker = which('docker');
  const v2 = docker && (await run(docker, ['compose', 'version'])).code === 0;
  const v1 = which('docker-compose');
  const said = [];
  if (v2)
    said.push(await succeed(docker, 'compose', '-f', file, 'config', '-q').then(() => 'docker compose'));
  if (v1) said.push(await succeed(v1, '-f', file, 'config', '-q').then(() => 'docker-compose'));
  if (said.length === 0)
    return { outcome: 'not run', why: 'neither docker compose nor docker-compose is there' };
  return { outcome: 'passed', why: `by ${said.join(' and ')}` };
}

/** @returns {Promise<Outcome>} */
async function kafkaAccess() {
  const problem = kafkaProblem(layout().cacheDir) ?? (which('openssl') ? undefined : 'openssl was not found');
  if (problem) return { outcome: 'not run', why: problem };
  const program = join(repoRoot, 'tools', 'access-check.mjs');
  const { code, output } = await run(process.execPath, [program], { cwd: repoRoot });
  if (code === 0) return { outcome: 'passed', why: 'TLS, SCRAM, a user for each service' };
  return { outcome: 'failed', why: tail(output, 20) };
}

/** @returns {Promise<Outcome>} */
async function composed() {
  const program = join(repoRoot, 'tools', 'compose-check.mjs');
  const { code, output } = await run(process.execPath, [program], { cwd: repoRoot });
  if (/No Docker engine runs here/.test(output)) return { outcome: 'not run', why: tail(output, 1) };
  return code === 0
    ? { outcome: 'passed', why: tail(output, 1) }
    : { outcome: 'failed', why: tail(output, 20) };
}

const cache = () => {
  const folder = join(layout().cacheDir, 'ops-tools');
  mkdirSync(folder, { recursive: true });
  return folder;
};

/**
 * Go's own way to programs: their modules, into a folder of ours. The first time takes some minutes.
 * @param {keyof typeof tools} name
 * @param {(bin: string) => Promise<Outcome>} use
 * @returns {Promise<Outcome>}
 */
async function withTool(name, use) {
  const folder = join(cache(), 'bin', String(tools[name].split('@')[1]));
  const bin = join(folder, name);
  if (!existsSync(bin)) {
    const go = goCommand();
    if (!go) return { outcome: 'not run', why: `Go is not there, which would bring ${name} by its module` };
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' };
    const { code, output } = await run(go, ['install', tools[name]], { env });
    if (code !== 0) return { outcome: 'not run', why: `go install ${tools[name]}: ${tail(output, 2)}` };
  }
  return use(bin);
}

/** @param {string} module @returns {Promise<string>} where its files are */
async function moduleFolder(module) {
  const env = { ...process.env, GOFLAGS: '-mod=mod' };
  const output = await succeedWith(String(goCommand()), ['mod', 'download', '-json', module], {
    env,
    cwd: cache(),
  });
  return JSON.parse(output).Dir;
}

const goCommand = () => which('go') ?? which('go', '/usr/local/go/bin');

/** @param {string} command @param {string[]} args */
const succeed = (command, ...args) => succeedWith(command, args, {});

/**
 * The whole standard output, which may be long.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').ExecFileOptions} options
 * @returns {Promise<string>}
 */
function succeedWith(command, args, options) {
  return new Promise((resolve, reject) => {
    const all = { ...options, maxBuffer: 32 * 1024 * 1024, encoding: /** @type {const} */ ('utf8') };
    execFile(command, args, all, (error, stdout, stderr) => {
      if (error) reject(new Error(tail(`${stdout}${stderr}`, 20) || error.message));
      else resolve(stdout);
    });
  });
}
