import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useT } from '../i18n/i18n';
import { hush } from './say';

type Props = {
  title: string;
  size?: string;
  /** Whether something would be lost; where nobody says so: something was typed. */
  isDirty?: boolean;
  /** While it shows what nobody can read again (or is about to), only a word of the reader closes it. */
  isHeld?: boolean;
  onClose(): void;
  children: ReactNode;
};

/** A dialog with a form: closing it asks first where something was entered. */
export function FormModal({ title, size = 'md', isDirty, isHeld = false, onClose, children }: Props) {
  const t = useT();
  const [wasTyped, setTyped] = useState(false);
  const [isAsking, ask] = useState(false);
  useEffect(() => {
    if (isHeld) hush();
  }, [isHeld]);
  const left = useRef<Element>(null);
  const stay = () => {
    ask(false);
    // Once its field is seen again.
    requestAnimationFrame(() => left.current instanceof HTMLElement && left.current.focus());
  };
  const close = () => {
    if (isHeld) return;
    if (isAsking) stay();
    else if (!(isDirty ?? wasTyped)) onClose();
    else {
      left.current = document.activeElement;
      ask(true);
    }
  };
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size={size}
      withCloseButton={!isHeld}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div hidden={isAsking} onInput={() => setTyped(true)}>
        {children}
      </div>
      {isAsking && (
        <Stack role="alertdialog" aria-label={t('leave.dialogTitle')}>
          <Text fw={600}>{t('leave.dialogTitle')}</Text>
          <Text>{t('leave.dialogText')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={stay} autoFocus>
              {t('leave.goOn')}
            </Button>
            <Button color="red" onClick={onClose}>
              {t('leave.discard')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
