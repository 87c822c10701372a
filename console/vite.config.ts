import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedAssets } from './compressed-assets.ts';

export default defineConfig({
  base: '/',
  plugins: [react(), compressedAssets()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Every asset is a hashed file of the same origin: the page's CSP has no room for data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The first of each with light-dark(): rewritten for older ones it would not follow Mantine's
    // colour scheme.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      output: {
        // What changes with each release stays apart from what hardly ever does, so that an update
        // costs a returning person a few kilobytes.
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
