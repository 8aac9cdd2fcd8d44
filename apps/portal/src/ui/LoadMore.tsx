import { Button, Center } from '@mantine/core';
import { useT } from '../i18n/i18n';

type Props = { hasMore: boolean; isLoading: boolean; onMore(): void };

/** The next page of a list; nothing on the last one. */
export function LoadMore({ hasMore, isLoading, onMore }: Props) {
  const t = useT();
  if (!hasMore) return null;
  return (
    <Center mt="md">
      <Button variant="default" loading={isLoading} onClick={onMore}>
        {t('common.more')}
      </Button>
    </Center>
  );
}
