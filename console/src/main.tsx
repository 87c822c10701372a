import './app/mantine.css';
import './app/page.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createCache } from './api/cache.ts';
import { App } from './app/app.tsx';
import { Crash } from './app/crash.tsx';
import { cssVariables, theme } from './app/theme.ts';
import { forgetSession } from './session/session.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const cache = createCache(() => forgetSession(cache));

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={cache}>
        <Crash>
          <App />
        </Crash>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
