import {
  Alert,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from '@mantine/core';

const ink: MantineColorsTuple = [
  '#eef2ff',
  '#dde4fd',
  '#b9c6f7',
  '#93a7f1',
  '#728bec',
  '#5a75e6',
  '#4561dc',
  '#2f4fd0',
  '#2743b3',
  '#1f378f',
];

/** Neutral greys with a little blue, from text to page, for the dark scheme. */
const dark: MantineColorsTuple = [
  '#d5d8e0',
  '#a9aebb',
  '#868c9b',
  '#5d6372',
  '#3a3f4c',
  '#2c303b',
  '#20242d',
  '#181b22',
  '#121419',
  '#0c0e12',
];

const trouble = {
  '--alert-bg': 'light-dark(#fdeeee, #2a171a)',
  '--alert-bd': '1px solid light-dark(#f6cfd1, #5a262b)',
  '--alert-color': 'light-dark(#ad2028, #ff9a9a)',
};
const warning = {
  '--alert-bg': 'light-dark(#fff6e3, #2a2110)',
  '--alert-bd': '1px solid light-dark(#f0d9a6, #5b4519)',
  '--alert-color': 'light-dark(#8a4b00, #f5c26b)',
};

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  colors: { ink, dark },
  defaultRadius: 'md',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: '600' },
  focusRing: 'auto',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Every alert here is about trouble, or (yellow) a warning; Mantine's own dark red shouts.
    Alert: Alert.extend({
      vars: (_theme, { color }) => ({ root: color === 'yellow' ? warning : trouble }),
    }),
  },
});

/** Mantine's greys for hints and placeholders miss the 4.5:1 of WCAG AA; these reach it. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b6270',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': '#c4232b',
  },
  dark: {
    '--mantine-color-dimmed': '#a9aebb',
    '--mantine-color-placeholder': '#8d93a2',
    '--mantine-color-error': '#ff8787',
  },
});
