import { existsSync } from 'node:fs';
import { which } from './require.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Chromium or Chrome of this machine; UI_BROWSER names another one. @returns {string | undefined} */
export function findBrowser() {
  const { UI_BROWSER: set, PATH = '' } = process.env;
  if (set) return set;
  for (const name of names) {
    const found = which(name, PATH);
    if (found) return found;
  }
  return existsSync(mac) ? mac : undefined;
}

export const noBrowser =
  'The tests of the management UI need Chromium or Chrome: `apt-get install chromium` on Debian, ' +
  'or UI_BROWSER=/path/to/it.';
