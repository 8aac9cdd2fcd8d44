import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useT } from '../i18n/i18n';

export function ThemeSwitch() {
  const t = useT();
  const { setColorScheme } = useMantineColorScheme();
  const now = useComputedColorScheme('light');
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={t('shell.theme')}
      title={t('shell.theme')}
      onClick={() => setColorScheme(now === 'dark' ? 'light' : 'dark')}
    >
      <svg width="18" height="18" viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
        <path d="M12 3a9 9 0 1 0 0 18V3z" />
        <circle cx="12" cy="12" r="8.500" fill="none" stroke="currentColor" strokeWidth="1.500" />
      </svg>
    </ActionIcon>
  );
}
