import type { CSSVariablesResolver } from '@mantine/core';

/** Texts that stand back, but stay readable (WCAG AA) on both backgrounds. */
export const colors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-placeholder': '#6c757d',
    '--mantine-color-anchor': '#1864ab',
  },
  dark: {
    '--mantine-color-dimmed': '#b0b3b8',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-placeholder': '#a6a7ab',
    '--mantine-color-anchor': '#74c0fc',
  },
});
