import { serveDocs as serve } from '@posthorn/runtime';
import { answers } from './generated/answers.js';

type App = Parameters<typeof serve>[0];

/** With what successes say, read from all controllers' types (`npm run api:client`). */
export const serveDocs = (app: App): ReturnType<typeof serve> => serve(app, answers);
