import { integration } from '../../jest.preset.mjs';

/** Tests in a real browser: `x.ui.spec.ts`. */
export default { ...integration, testTimeout: 180_000, testMatch: ['<rootDir>/src/ui/**/*.ui.spec.ts'] };
