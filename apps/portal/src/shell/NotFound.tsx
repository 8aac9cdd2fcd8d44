import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useT } from '../i18n/i18n';
import { PageTitle } from '../ui/PageTitle';

export function NotFound() {
  const t = useT();
  return (
    <Stack>
      <PageTitle title={t('notFound.title')} />
      <Text>{t('notFound.text')}</Text>
      <Anchor component={Link} to="/">
        {t('notFound.go')}
      </Anchor>
    </Stack>
  );
}
