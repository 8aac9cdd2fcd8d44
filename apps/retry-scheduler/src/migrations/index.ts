import { CreateTimers1763884800000 } from './1763884800000-create-timers.js';

export const migrations = [CreateTimers1763884800000];
