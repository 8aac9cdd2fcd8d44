import { Alert, Button, Paper, Stack, Title } from '@mantine/core';
import { useT } from '../../i18n/i18n';
import { SecretText } from '../../ui/SecretText';

/** A secret that nobody can read again. */
export function SecretOnce({ secret, onDone }: { secret: string; onDone(): void }) {
  const t = useT();
  return (
    <Paper withBorder p="lg" maw={760}>
      <Stack>
        <Title order={2} size="h3">
          {t('secret.title')}
        </Title>
        <Alert color="yellow" variant="outline" role="status">
          {t('secret.once')}
        </Alert>
        <SecretText value={secret} label={t('secret.title')} />
        <div>
          <Button onClick={onDone}>{t('secret.done')}</Button>
        </div>
      </Stack>
    </Paper>
  );
}
