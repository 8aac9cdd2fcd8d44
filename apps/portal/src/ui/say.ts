import { notifications } from '@mantine/notifications';

/** What is shown this once stands alone: older words go. */
export function hush(): void {
  notifications.clean();
}

/** A short word at the edge of the page; screen readers read it out. */
export function useSay(): (message: string) => void {
  return (message) =>
    void notifications.show({
      message,
      autoClose: 5_000,
      withBorder: true,
      closeButtonProps: { 'aria-label': 'OK' },
    });
}
