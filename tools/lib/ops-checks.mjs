import { deploymentChecks } from './ops-deployment.mjs';
import { monitoringChecks } from './ops-monitoring.mjs';

/**
 * `not run`: this machine lacks something, and `why` says what.
 * @typedef {{ outcome: 'passed' | 'failed' | 'not run', why?: string }} Outcome
 * @typedef {{ name: string, onlyByName?: boolean, run: (...of: string[]) => Promise<Outcome> }} Check
 */

/** In this order. @type {Check[]} */
export const opsChecks = [...monitoringChecks, ...deploymentChecks];
