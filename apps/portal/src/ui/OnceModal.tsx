import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useT } from '../i18n/i18n';

type Props = {
  title: string;
  /** While it shows what nobody can read again (or is about to), only a word of the reader closes it. */
  isHeld: boolean;
  onClose(): void;
  children: ReactNode;
};

/** A dialog whose outcome is shown this once: no stray click and no key closes it over that. */
export function OnceModal({ title, isHeld, onClose, children }: Props) {
  const t = useT();
  return (
    <Modal
      opened
      onClose={() => !isHeld && onClose()}
      title={title}
      closeOnClickOutside={!isHeld}
      closeOnEscape={!isHeld}
      withCloseButton={!isHeld}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {children}
    </Modal>
  );
}
