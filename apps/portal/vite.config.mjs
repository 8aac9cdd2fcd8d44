import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** For `npx vite` in this folder: a Posthorn that runs already answers what is not the portal's. */
const target = process.env.POSTHORN_URL ?? 'http://127.0.0.1:8400';
const routes = ['/v1', '/api', '/health', '/docs', '/dev/receiver/'];

export default defineConfig({
  plugins: [react()],
  server: { proxy: Object.fromEntries(routes.map((route) => [route, { target }])) },
  build: {
    target: 'es2023',
    sourcemap: false,
    modulePreload: { polyfill: false },
    // A data: URL would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    manifest: true,
  },
});
