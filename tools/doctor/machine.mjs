import { readFileSync } from 'node:fs';

/** @typedef {import('./main.mjs').Finding} Finding */

const OLDEST_NODE = [24, 11, 1];
/** Kafka, logs and what Node itself keeps open. */
const OTHER_FILES = 500;

/**
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<Finding[]>}
 */
export async function machineFindings({ dispatcher }) {
  return [node(), ...files(dispatcher?.sendMax)];
}

/** @returns {Finding} */
function node() {
  const check = 'node';
  const parts = process.versions.node.split('.').map(Number);
  const first = parts.findIndex((part, i) => part !== OLDEST_NODE[i]);
  const isNew = first < 0 || (parts[first] ?? 0) > (OLDEST_NODE[first] ?? 0);
  if (isNew) return { check, status: 'ok', says: process.version };
  return {
    check,
    status: 'fail',
    says: `${process.version} is older than ${OLDEST_NODE.join('.')}`,
    todo: 'use Node 24',
  };
}

/** Every request to a receiver holds a socket. @param {number | undefined} sendMax @returns {Finding[]} */
function files(sendMax) {
  const check = 'files';
  if (sendMax === undefined || process.platform !== 'linux') return [];
  const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  const limit = soft === 'unlimited' ? Infinity : Number(soft);
  const says = `${soft} may be open`;
  if (limit >= sendMax + OTHER_FILES) return [{ check, status: 'ok', says }];
  return [
    {
      check,
      status: 'warn',
      says: `${says}, and POSTHORN_SEND_MAX is ${sendMax}`,
      todo: `raise the limit of open files to ${sendMax + OTHER_FILES} (ulimit -n), or lower POSTHORN_SEND_MAX`,
    },
  ];
}
