import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useT } from '../i18n/i18n';
import { ErrorNote } from './ErrorNote';

type Props = {
  opened: boolean;
  title: string;
  text: string;
  action: string;
  /** The way out; "Cancel" where nothing else is said. */
  cancel?: string;
  isPending: boolean;
  error: unknown;
  onConfirm(): void;
  onClose(): void;
};

/** Before what cannot be undone. The way out has the focus. */
export function Confirm({
  opened,
  title,
  text,
  action,
  cancel,
  isPending,
  error,
  onConfirm,
  onClose,
}: Props) {
  const t = useT();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text>{text}</Text>
        <ErrorNote error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel ?? t('common.cancel')}
          </Button>
          <Button color="red" loading={isPending} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
