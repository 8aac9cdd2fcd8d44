import type { Profile } from '../api/types';

/** What people call the platforms whose profiles there are; names, so the same in every language. */
const names: Record<Profile, string> = {
  brz365: 'BRZ 365',
  brutlers: 'Brutlers',
  standard: 'Standard Webhooks',
  cloudevents: 'CloudEvents',
};

export const platforms = Object.entries(names).map(([value, label]) => ({ value, label }));

/** What is new to the portal keeps its id. */
export const platformName = (profile: string): string =>
  profile in names ? names[profile as Profile] : profile;
