import { CreateTimers1763884800000 } from './1763884800000-create-timers.js';
import { Forgotten1764000000000 } from './1764000000000-forgotten.js';

export const migrations = [CreateTimers1763884800000, Forgotten1764000000000];
