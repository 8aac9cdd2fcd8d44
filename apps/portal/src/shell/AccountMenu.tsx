import { Button, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { isText, useLanguage } from '../i18n/i18n';
import { useUsers } from '../lib/users';
import { Confirm } from '../ui/Confirm';
import { useTimes } from '../ui/times';
import { PasswordForm } from './PasswordForm';
import { useSession } from './session';

export function AccountMenu() {
  const { t, locale, setLocale } = useLanguage();
  const { isUtc, setUtc } = useTimes();
  const { session, logOut } = useSession();
  const [isOpen, { open, close }] = useDisclosure(false);
  const [isStillIn, { open: sayStillIn, close: stay }] = useDisclosure(false);
  // Tried without a network, too: who leaves the machine has to know.
  const leave = useMutation({ mutationFn: logOut, networkMode: 'always', onError: sayStillIn });
  const role = `role.${session?.role ?? ''}`;
  const roleText = isText(role) ? t(role) : t('shell.account');
  const isPerson = session?.id.startsWith('usr_') ?? false;
  const { data: people } = useUsers(session?.tenantId ?? undefined, isPerson);
  const name = people?.find(({ id }) => id === session?.id)?.name;
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" size="compact-md" h={34}>
            <Text component="span" size="sm" fw={600} maw={{ base: 90, sm: 200 }} truncate>
              {name ?? roleText}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{roleText}</Menu.Label>
          <Menu.Item
            onClick={() => setLocale(locale === 'de' ? 'en' : 'de')}
            lang={locale === 'de' ? 'en' : 'de'}
          >
            {t('shell.language')}
          </Menu.Item>
          <Menu.Item onClick={() => setUtc(!isUtc)} role="menuitemcheckbox" aria-checked={isUtc}>
            {isUtc ? '✓ ' : ''}
            {t('shell.times')}
          </Menu.Item>
          <Menu.Item component="a" href="/docs" target="_blank" rel="noreferrer">
            {t('nav.docs')}
          </Menu.Item>
          {isPerson && <Menu.Item onClick={open}>{t('shell.password')}</Menu.Item>}
          <Menu.Divider />
          <Menu.Item onClick={() => leave.mutate()}>{t('shell.logout')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isOpen && <PasswordForm onClose={close} />}
      <Confirm
        opened={isStillIn}
        title={t('shell.stillIn')}
        text={t('shell.stillInText')}
        action={t('common.retry')}
        isPending={leave.isPending}
        error={leave.error}
        onConfirm={() => leave.mutate()}
        onClose={stay}
      />
    </>
  );
}
