import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { isText, useLanguage } from '../i18n/i18n';
import { useTimes } from '../ui/times';
import { PasswordForm } from './PasswordForm';
import { useSession } from './session';

export function AccountMenu() {
  const { t, locale, setLocale } = useLanguage();
  const { isUtc, setUtc } = useTimes();
  const { session, logOut } = useSession();
  const [isOpen, { open, close }] = useDisclosure(false);
  const role = `role.${session?.role ?? ''}`;
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" size="compact-md" h={34}>
            {isText(role) ? t(role) : t('shell.account')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
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
          {session?.id.startsWith('usr_') && <Menu.Item onClick={open}>{t('shell.password')}</Menu.Item>}
          <Menu.Divider />
          <Menu.Item onClick={() => void logOut()}>{t('shell.logout')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PasswordForm opened={isOpen} onClose={close} />
    </>
  );
}
