import { useCallback, useEffect, useRef, type ReactNode } from 'react';
import { useBlocker, type BlockerFunction } from 'react-router';
import { useT } from '../i18n/i18n';
import { Confirm } from './Confirm';

type Guard = {
  /** To be shown with what is guarded. */
  dialog: ReactNode;
  /** What is left from now on is left on purpose. */
  free(): void;
};

/** While it is on, asks before the page is left: within the portal by a dialog, else by the browser's. */
export function useLeaveGuard(isOn: boolean, what: 'text' | 'secret'): Guard {
  const t = useT();
  const isFree = useRef(false);
  const shouldBlock = useCallback<BlockerFunction>(
    ({ currentLocation, nextLocation }) =>
      isOn && !isFree.current && currentLocation.pathname !== nextLocation.pathname,
    [isOn],
  );
  const blocker = useBlocker(shouldBlock);
  useEffect(() => {
    if (!isOn) return undefined;
    const ask = (event: BeforeUnloadEvent) => {
      if (!isFree.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isOn]);
  return {
    free: () => {
      isFree.current = true;
    },
    dialog: (
      <Confirm
        opened={blocker.state === 'blocked'}
        title={t(what === 'secret' ? 'leave.secretTitle' : 'leave.title')}
        text={t(`leave.${what}`)}
        action={t('leave.leave')}
        cancel={t('leave.stay')}
        isPending={false}
        error={null}
        onConfirm={() => blocker.proceed?.()}
        onClose={() => blocker.reset?.()}
      />
    ),
  };
}
