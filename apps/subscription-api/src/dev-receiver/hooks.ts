import { AppError } from '@posthorn/runtime';
import { Hook, type Counts, type RequestView } from './hook.js';
import { HookSettings } from './hook-settings.dto.js';

const hooksMax = 20;

/** What is answered: the secret itself never. */
export type HookView = {
  name: string;
  path: string;
  settings: Omit<HookSettings, 'secret'> & { hasSecret: boolean };
  counts: Counts;
};

export type HookWithRequests = HookView & { requests: RequestView[] };

/** Every hook of this process; they are made by being used, and forgotten with it. */
export class Hooks {
  private rev = 0;
  private readonly byName = new Map<string, Hook>();
  private readonly listeners = new Map<string, Set<(hook: Hook) => void>>();

  find(name: string): Hook | undefined {
    return this.byName.get(name);
  }

  /** @throws AppError `not-found` for what is no name, `limit-reached` */
  get(name: string): Hook {
    const known = this.byName.get(checked(name));
    if (known) return known;
    if (this.byName.size >= hooksMax)
      throw new AppError('limit-reached', `There are ${hooksMax} hooks; delete one of them.`);
    const hook = new Hook(name, { next: () => ++this.rev, tell: (changed) => this.tell(changed) });
    this.byName.set(name, hook);
    return hook;
  }

  list(): HookView[] {
    return [...this.byName.values()].map((hook) => viewOf(hook));
  }

  remove(name: string): void {
    const hook = this.byName.get(name);
    if (!hook) return;
    this.byName.delete(name);
    hook.settings = new HookSettings();
    hook.clear();
  }

  /** Answers how to stop listening. */
  listen(name: string, listener: (hook: Hook) => void): () => void {
    const all = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0) this.listeners.delete(name);
    };
  }

  private tell(hook: Hook): void {
    for (const listener of this.listeners.get(hook.name) ?? []) listener(hook);
  }
}

/** What a name is that nothing was said to and nothing came to. */
export function blank(name: string): Hook {
  return new Hooks().get(name);
}

export function checked(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return name;
  throw new AppError('not-found', 'A hook has a name of 1 to 40 small letters, digits and dashes.');
}

export function viewOf({ name, settings: { secret, ...settings }, counts }: Hook): HookView {
  const path = `/dev/receiver/hooks/${name}`;
  return { name, path, settings: { ...settings, hasSecret: secret !== null }, counts: { ...counts } };
}

export function withRequests(hook: Hook): HookWithRequests {
  return { ...viewOf(hook), requests: hook.requests() };
}
