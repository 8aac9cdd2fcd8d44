import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { startLocale, type Locale } from './locale';
import { translatorOf, type Translate } from './texts';

export { isText, type TextKey, type Translate } from './texts';

type Language = { locale: Locale; t: Translate; setLocale(locale: Locale): void };

const Context = createContext<Language | undefined>(undefined);
const storageKey = 'posthorn.locale';

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState<Locale>(() =>
    startLocale(localStorage.getItem(storageKey), navigator.languages),
  );
  useEffect(() => {
    document.documentElement.lang = locale;
    localStorage.setItem(storageKey, locale);
  }, [locale]);
  const language = useMemo<Language>(() => {
    return { locale, setLocale, t: translatorOf(locale) };
  }, [locale]);
  return <Context value={language}>{children}</Context>;
}

export function useLanguage(): Language {
  const language = useContext(Context);
  if (!language) throw new Error('no LanguageProvider');
  return language;
}

export const useT = (): Translate => useLanguage().t;
