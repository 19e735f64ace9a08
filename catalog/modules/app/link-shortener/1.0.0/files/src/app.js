// The HTTP interface, apart from the process that serves it.
import Fastify from 'fastify';
import { parseTarget } from './links.js';

export function buildApp(store, options = {}) {
  const app = Fastify({ bodyLimit: 64 * 1024, ...options });

  app.get('/healthz', async () => ({ status: 'ok' }));

  app.post('/links', async (request, reply) => {
    const url = parseTarget(request.body?.url);
    if (url === null) {
      return reply.code(400).send({ error: 'send {"url": "https://…"}' });
    }
    return reply.code(201).send({ path: `/${store.add(url)}`, url });
  });

  app.get('/:code', async (request, reply) => {
    const url = store.find(request.params.code);
    if (url === undefined) {
      return reply.code(404).send({ error: 'there is no such link' });
    }
    return reply.redirect(url, 302);
  });

  return app;
}
