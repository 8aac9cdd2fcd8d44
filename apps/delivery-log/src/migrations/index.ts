import { CreateProjections1764000000000 } from './1-create-projections.js';

/** In order; a migration that was released is never changed. */
export const migrations = [CreateProjections1764000000000];
