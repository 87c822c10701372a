/** The limit beside which routes are measured: Fastify with nothing to do. */
import Fastify from 'fastify';

const server = Fastify();
server.get('/', async () => ({ ok: true }));
console.log(await server.listen({ host: '127.0.0.1', port: 0 }));
process.on('SIGTERM', () => server.close());
