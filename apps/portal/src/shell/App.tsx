import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router/dom';
import { LanguageProvider } from '../i18n/i18n';
import { TimesProvider } from '../ui/times';
import { colors } from './colors';
import { queryClient } from './queries';
import { router } from './routes';
import { SessionProvider } from './session';
import { theme } from './theme';

const colorScheme = localStorageColorSchemeManager();

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={colors}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      <LanguageProvider>
        <TimesProvider>
          <QueryClientProvider client={queryClient}>
            {/* Below dialogs (200), so that none of their buttons is covered. */}
            <Notifications position="bottom-right" limit={3} zIndex={190} />
            <SessionProvider>
              <RouterProvider router={router} />
            </SessionProvider>
          </QueryClientProvider>
        </TimesProvider>
      </LanguageProvider>
    </MantineProvider>
  );
}
