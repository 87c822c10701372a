import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { HttpServer } from './http-server.ts';

const built = fileURLToPath(new URL('../../../console/dist/', import.meta.url));
const yearMs = 365 * 24 * 3600 * 1000;

/** The built console: hashed assets for ever, the page anew each time with a nonce of its own. */
export async function consolePages(server: HttpServer): Promise<void> {
  const page = existsSync(`${built}index.html`)
    ? readFileSync(`${built}index.html`, 'utf8')
    : undefined;
  if (page === undefined) {
    server.get(
      '/',
      { config: { access: 'open' }, schema: { hide: true } },
      async (_request, reply) =>
        reply
          .code(503)
          .type('text/plain; charset=utf-8')
          .send('La consola no está construida. Ejecuta: npm run build\n' as never),
    );
    return;
  }
  await server.register(async (files) => {
    files.addHook('onRoute', (route) => {
      route.config = { access: 'open', ...route.config };
      route.schema = { hide: true, ...route.schema };
    });
    await files.register(fastifyStatic, {
      root: built,
      index: false,
      wildcard: false,
      globIgnore: ['index.html', '**/*.br', '**/*.gz'],
      preCompressed: true,
      maxAge: yearMs,
      immutable: true,
    });
  });
  const send = async (_request: unknown, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64url');
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .send(page.replaceAll('__CSP_NONCE__', nonce));
  };
  // The console's own pages: the browser routes them, the server answers all with the same page.
  for (const path of [
    '/',
    '/invoices',
    '/invoices/*',
    '/customers',
    '/customers/*',
    '/products',
    '/products/*',
  ]) {
    server.get(path, { config: { access: 'open' }, schema: { hide: true } }, send);
  }
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
