// Serves on port 8080, logs to stdout, and ends when told to.
import { buildApp } from './app.js';
import { LinkStore } from './links.js';

const app = buildApp(new LinkStore(), { logger: true });

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    app.log.info({ signal }, 'stopping');
    await app.close();
    process.exit(0);
  });
}

await app.listen({ host: '0.0.0.0', port: 8080 });
