import { AppShell, Box, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect } from 'react';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { useT } from '../i18n/i18n';
import { ErrorNote } from '../ui/ErrorNote';
import { AccountMenu } from './AccountMenu';
import { Logo } from './Logo';
import { Nav } from './Nav';
import { useSession } from './session';
import classes from './shell.module.css';
import { useTenant } from './tenant';
import { ThemeSwitch } from './ThemeSwitch';

/** The frame of every page behind the login. Who is not logged in goes there, and comes back. */
export function Shell() {
  const t = useT();
  const { session, failure, hasLeft } = useSession();
  const { data: tenant } = useTenant();
  const location = useLocation();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  useEffect(() => close(), [location.pathname, close]);
  if (session === undefined) return <ErrorNote error={failure} />;
  if (session === null) {
    if (hasLeft) return <Navigate to="/login" replace />;
    const back = `${location.pathname}${location.search}${location.hash}`;
    return <Navigate to={`/login?to=${encodeURIComponent(back)}`} replace state={{ back: back !== '/' }} />;
  }
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
      transitionDuration={0}
    >
      <a href="#content" className={classes['skip']}>
        {t('app.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.menu')} />
            <Link to="/" className={classes['home']} aria-label="Posthorn">
              <Logo />
              <Text component="span" fw={700} size="lg" visibleFrom={tenant ? 'sm' : undefined}>
                Posthorn
              </Text>
            </Link>
            {tenant && (
              <Text size="sm" truncate hiddenFrom="sm" title={tenant.id}>
                {tenant.name}
              </Text>
            )}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ThemeSwitch />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Nav />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes['main']}>
        <Suspense fallback={null}>
          <Box maw={1200}>
            <Outlet />
          </Box>
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}
