// Runs on the product's own Node and libraries; tools/doctor.mjs starts it.
import { egressFindings } from './egress.mjs';
import { keyFindings } from './keys.mjs';
import { kafkaFindings } from './kafka.mjs';
import { machineFindings } from './machine.mjs';
import { postgresFindings } from './postgres.mjs';
import { settingsFindings } from './settings.mjs';

/**
 * What was looked at. `fail`: a promise does not hold or nothing works; `warn`: it works, and somebody should
 * know; `unknown`: it could not be looked at, and `says` why.
 * @typedef {'ok' | 'warn' | 'fail' | 'unknown'} Status
 * @typedef {{ check: string, status: Status, says: string, todo?: string }} Finding
 */

const { json, probe, whose, ignored = [] } = JSON.parse(process.argv[2] ?? '{}');
const { settings, findings: ofSettings } = settingsFindings(process.env);
const parts = await Promise.all([
  kafkaFindings(settings),
  postgresFindings(settings),
  keyFindings(settings),
  egressFindings(settings, probe),
  machineFindings(settings),
]);
/** @type {Finding[]} */
const findings = [ofWhom(), ...ofSettings, ...parts.flat()];
const count = (/** @type {Finding['status']} */ status) =>
  findings.filter((one) => one.status === status).length;

if (json) {
  console.log(JSON.stringify({ ok: count('fail') === 0, findings }, null, 2));
} else {
  const marks = { ok: '✓', warn: '!', fail: '✗', unknown: '–' };
  for (const { check, status, says, todo } of findings) {
    console.log(`${marks[status]} ${check.padEnd(20)} ${says}`);
    if (todo) console.log(`  ${''.padEnd(20)} → ${todo}`);
  }
  const rest = `${count('warn')} warnings, ${count('unknown')} could not be looked at`;
  console.log(`\n${count('ok')} fine, ${count('fail')} wrong, ${rest}`);
}
process.exit(count('fail') === 0 ? 0 : 1);

/** @returns {Finding} */
function ofWhom() {
  const check = 'settings.of';
  if (ignored.length === 0) return { check, status: 'ok', says: whose };
  return {
    check,
    status: 'warn',
    says: `${whose}; this environment has other values of ${ignored.join(', ')}, which were not looked at`,
    todo: 'restart it for them to count; --environment judges them',
  };
}
