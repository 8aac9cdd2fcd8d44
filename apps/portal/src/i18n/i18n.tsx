import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { fill, startLocale, type Locale } from './locale';
import { adminTexts } from './texts-admin';
import { logTexts } from './texts-log';
import { receiverTexts } from './texts-receiver';
import { shellTexts } from './texts-shell';
import { webhookTexts } from './texts-webhooks';

const texts = { ...shellTexts, ...webhookTexts, ...logTexts, ...adminTexts, ...receiverTexts };

export type TextKey = keyof typeof texts;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

type Language = { locale: Locale; t: Translate; setLocale(locale: Locale): void };

const Context = createContext<Language | undefined>(undefined);
const storageKey = 'posthorn.locale';

/** Whether there is a text of that name: for names that come from the API. */
export const isText = (key: string): key is TextKey => key in texts;

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState<Locale>(() =>
    startLocale(localStorage.getItem(storageKey), navigator.languages),
  );
  useEffect(() => {
    document.documentElement.lang = locale;
    localStorage.setItem(storageKey, locale);
  }, [locale]);
  const language = useMemo<Language>(() => {
    const at = locale === 'de' ? 1 : 0;
    return { locale, setLocale, t: (key, values) => fill(texts[key][at], values, locale) };
  }, [locale]);
  return <Context value={language}>{children}</Context>;
}

export function useLanguage(): Language {
  const language = useContext(Context);
  if (!language) throw new Error('no LanguageProvider');
  return language;
}

export const useT = (): Translate => useLanguage().t;
