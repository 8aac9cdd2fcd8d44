import { Button, Center, Group, Paper, Stack, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { useLanguage } from '../../i18n/i18n';
import { Logo } from '../../shell/Logo';
import { ThemeSwitch } from '../../shell/ThemeSwitch';

export function LoginFrame({ title, children }: { title: string; children: ReactNode }) {
  const { t, locale, setLocale } = useLanguage();
  useEffect(() => {
    document.title = `${title} · Posthorn`;
  }, [title]);
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack w={400} maw="100%">
        <Group justify="space-between">
          <Group gap="sm">
            <Logo />
            <Title order={1} size="h3">
              Posthorn
            </Title>
          </Group>
          <Group gap="xs">
            <Button
              variant="default"
              size="compact-md"
              h={34}
              lang={locale === 'de' ? 'en' : 'de'}
              onClick={() => setLocale(locale === 'de' ? 'en' : 'de')}
            >
              {t('shell.language')}
            </Button>
            <ThemeSwitch />
          </Group>
        </Group>
        <Paper withBorder p="lg">
          {children}
        </Paper>
      </Stack>
    </Center>
  );
}
