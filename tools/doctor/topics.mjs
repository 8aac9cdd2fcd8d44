/**
 * A topic as it is, beside its definition.
 * @typedef {{ definition: import('@posthorn/contracts').TopicDefinition, wanted: number,
 * partitions: import('kafkajs').PartitionMetadata[], config: Map<string, string> }} Seen
 * @typedef {import('./main.mjs').Finding} Finding
 */

const DAY_MS = 24 * 60 * 60 * 1000;

/** What the promises need of topics that exist. @param {Seen[]} seen @returns {Finding[]} */
export function topicFindings(seen) {
  const withConfig = seen.filter(({ config }) => config.size > 0);
  return [
    partitionCounts(seen),
    ...seen.flatMap(leaders),
    ...seen.flatMap(copies),
    ...summed('kafka.retention', withConfig, retention, 'kept as long as is promised'),
    ...durabilityFindings(withConfig),
    ...summed('kafka.sizes', withConfig, sizes, 'the largest event fits'),
    ...summed('kafka.compaction', withConfig, compaction, 'tables are compacted soon'),
    ...summed('kafka.compression', withConfig, compression, 'what publishers compress can be read'),
  ];
}

/** @param {Seen} seen */
const label = ({ definition }) => definition.name;

/** @param {Seen[]} seen @returns {Finding} */
function partitionCounts(seen) {
  const check = 'kafka.partitions';
  const shared = seen.filter(({ definition }) => definition.partitioning === 'tenant');
  const counts = new Set(shared.map(({ partitions }) => partitions.length));
  if (counts.size > 1) {
    const list = shared.map((one) => `${label(one)} ${one.partitions.length}`).join(', ');
    return {
      check,
      status: 'fail',
      says: `topics that belong together have different numbers: ${list}`,
      todo: 'stop the services; docs/operations.md, "Growing partitions", tells how to get out of it',
    };
  }
  const off = seen.filter(({ partitions, wanted }) => partitions.length !== wanted);
  if (off.length === 0) return { check, status: 'ok', says: `${[...counts][0] ?? '?'} each` };
  return {
    check,
    status: 'warn',
    says: `POSTHORN_PARTITIONS differs from ${off.map((one) => `${label(one)} (${one.partitions.length})`).join(', ')}`,
    todo: 'the number of the topics counts; set POSTHORN_PARTITIONS to it, or topics made later will not fit',
  };
}

/** @param {Seen} seen @returns {Finding[]} */
function leaders(seen) {
  const without = seen.partitions.filter(({ leader }) => leader < 0).map(({ partitionId }) => partitionId);
  if (without.length === 0) return [];
  return [
    {
      check: 'kafka.leaders',
      status: 'fail',
      says: `${label(seen)} has no leader for partitions ${without.join(', ')}`,
      todo: 'bring the brokers back that hold them',
    },
  ];
}

/** @param {Seen} seen @returns {Finding[]} */
function copies(seen) {
  const behind = seen.partitions.filter(({ isr, replicas }) => isr.length < replicas.length);
  if (behind.length === 0) return [];
  return [
    {
      check: 'kafka.copies',
      status: 'warn',
      says: `${label(seen)}: ${behind.length} partitions have fewer copies in step than they should`,
      todo: 'a broker is away or slow; until it is back, another loss may stop writes',
    },
  ];
}

/**
 * One line when all is well, and one for each that is not.
 * @param {string} check
 * @param {Seen[]} seen
 * @param {(seen: Seen) => Omit<Finding, 'check'>[]} look
 * @param {string} fine
 * @returns {Finding[]}
 */
function summed(check, seen, look, fine) {
  if (seen.length === 0) return [];
  const found = seen.flatMap((one) => look(one).map((finding) => ({ check, ...finding })));
  return found.length > 0 ? found : [{ check, status: 'ok', says: fine }];
}

/** @param {Seen} seen @returns {Omit<Finding, 'check'>[]} */
function retention(seen) {
  const { definition, config } = seen;
  const found = [];
  const policy = config.get('cleanup.policy');
  if (policy !== definition.cleanup) {
    const harm =
      definition.cleanup === 'compact'
        ? 'state is thrown away with its age'
        : 'older events of a key disappear';
    found.push(wrong(seen, 'cleanup.policy', String(policy), definition.cleanup, harm));
  }
  if (definition.cleanup === 'delete') {
    const ms = Number(config.get('retention.ms'));
    if (ms >= 0 && ms < definition.retentionMs) {
      const harm = `kept ${days(ms)}, promised ${days(definition.retentionMs)}: what waits longer is lost`;
      found.push(wrong(seen, 'retention.ms', String(ms), String(definition.retentionMs), harm));
    }
  } else {
    const ms = Number(config.get('delete.retention.ms'));
    if (ms < (definition.deleteRetentionMs ?? 0)) {
      const harm = 'a reader that was away does not learn what was deleted';
      found.push(wrong(seen, 'delete.retention.ms', String(ms), String(definition.deleteRetentionMs), harm));
    }
  }
  const bytes = Number(config.get('retention.bytes') ?? -1);
  if (bytes >= 0 && policy?.includes('delete'))
    found.push(wrong(seen, 'retention.bytes', String(bytes), '-1', 'traffic decides what is lost'));
  return found;
}

/** @param {Seen} seen @returns {Omit<Finding, 'check'>[]} */
function durability(seen) {
  const { config, partitions } = seen;
  const replicas = Math.min(...partitions.map((one) => one.replicas.length));
  const inSync = Number(config.get('min.insync.replicas') ?? 1);
  const found = [];
  if (config.get('unclean.leader.election.enable') === 'true')
    found.push(
      wrong(seen, 'unclean.leader.election.enable', 'true', 'false', 'acknowledged records may disappear'),
    );
  if (replicas >= 3 && inSync < 2)
    found.push(wrong(seen, 'min.insync.replicas', String(inSync), '2', 'one broker alone may acknowledge'));
  if (replicas > 1 && inSync >= replicas)
    found.push(
      wrong(
        seen,
        'min.insync.replicas',
        String(inSync),
        String(replicas - 1),
        'one lost broker stops writes',
      ),
    );
  return found;
}

/** @param {Seen[]} seen @returns {Finding[]} */
function durabilityFindings(seen) {
  const single = singleCopies(seen);
  const others = summed(
    'kafka.durability',
    seen,
    durability,
    'no acknowledged record is given up for a broker',
  );
  // All is well only where there is nothing else to say.
  return single.length > 0 ? [...others.filter(({ status }) => status !== 'ok'), ...single] : others;
}

/** One line for all of them. @param {Seen[]} seen @returns {Finding[]} */
function singleCopies(seen) {
  const single = seen.filter(({ partitions }) => partitions.some(({ replicas }) => replicas.length === 1));
  if (single.length === 0) return [];
  const which = single.length === seen.length ? 'every topic has' : `${single.map(label).join(', ')} have`;
  return [
    {
      check: 'kafka.durability',
      status: 'warn',
      says: `${which} one copy: a lost disk loses what was accepted`,
      todo: 'three brokers, and three copies of each topic, before it matters',
    },
  ];
}

/** @param {Seen} seen @returns {Omit<Finding, 'check'>[]} */
function sizes(seen) {
  const { definition, config } = seen;
  const bytes = Number(config.get('max.message.bytes'));
  if (bytes >= definition.maxMessageBytes) return [];
  const harm = 'large events are refused after they were accepted';
  return [wrong(seen, 'max.message.bytes', String(bytes), String(definition.maxMessageBytes), harm)];
}

/** Less than they are made with is as good. @param {Seen} seen @returns {Omit<Finding, 'check'>[]} */
function compaction(seen) {
  const { definition, config } = seen;
  const larger = Object.entries(definition.config ?? {}).filter(
    ([setting, most]) => Number(config.get(setting)) > Number(most),
  );
  if (larger.length === 0) return [];
  const list = larger.map(([setting]) => `${setting} ${config.get(setting)}`).join(', ');
  const settings = larger.map(([setting, most]) => `${setting}=${most}`).join(',');
  return [
    {
      status: 'warn',
      says: `${label(seen)} is compacted late (${list}): starts and takeovers read more every week`,
      todo: alter(seen, settings),
    },
  ];
}

/** @param {Seen} seen @returns {Omit<Finding, 'check'>[]} */
function compression(seen) {
  const setting = 'compression.type';
  const should = seen.definition.config?.[setting];
  const is = String(seen.config.get(setting));
  // What only services of ours write comes as they write it, and they do not compress.
  const isFine = is === should || (is === 'producer' && label(seen) !== 'inbox.v1');
  if (should === undefined || isFine) return [];
  return [wrong(seen, setting, is, should, 'a publisher that uses snappy, lz4 or zstd stops it for all')];
}

/**
 * @param {Seen} seen
 * @param {string} setting
 * @param {string} is
 * @param {string} should
 * @param {string} harm
 */
function wrong(seen, setting, is, should, harm) {
  return {
    status: /** @type {const} */ ('fail'),
    says: `${label(seen)}: ${setting} is ${is} (${harm})`,
    todo: alter(seen, `${setting}=${should}`),
  };
}

/** @param {Seen} seen @param {string} settings */
const alter = (seen, settings) =>
  `kafka-configs.sh --alter --entity-type topics --entity-name <prefix>${label(seen)} --add-config ${settings}`;

/** @param {number} ms */
const days = (ms) => `${Math.round((ms / DAY_MS) * 10) / 10} d`;
