/** `npm run playground`: serves the page from source, and says where. Arguments are Vite's: `--port 8080`, `--host`. */

import { parseArgs } from 'node:util';
import { createServer } from 'vite';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5173' },
    host: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
  },
});

const server = await createServer({
  root: import.meta.dirname,
  configFile: `${import.meta.dirname}/vite.config.ts`,
  server: { port: Number(values.port), host: values.host, open: values.open },
});
await server.listen();
server.printUrls();
