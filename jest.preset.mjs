import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
delete swc.exclude;
delete swc.$schema;

const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@posthorn/source', 'node', 'node-addons'] },
  coverageProvider: 'v8',
};

/** Unit tests: `x.spec.ts`, no process, no socket beyond loopback. */
export default {
  ...shared,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['\\.(it|ui)\\.spec\\.ts$', '/node_modules/'],
};

/** Integration tests: `x.it.spec.ts`, against the real Kafka and PostgreSQL that the set-up tool started. */
export const integration = { ...shared, testTimeout: 60_000, testMatch: ['<rootDir>/src/**/*.it.spec.ts'] };
