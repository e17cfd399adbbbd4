/**
 * Runs a folder of files in a real Chromium, without a driver: the folder is served from localhost,
 * cross-origin isolated (so that SharedArrayBuffer and workers are there), and the page reports by
 * sending its result as JSON to `POST /result`.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, extname, join, normalize } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The Chromium to use: `CHROMIUM` from the environment, or the first that is in the path. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.CHROMIUM, ...candidates].find((file) => file && isExecutable(file));
}

/** Opens `page` (a path below `folder`) and resolves with what it posts. Rejects after `timeout` ms. */
export async function runPage(
  chromium: string,
  folder: string,
  page: string,
  timeout = 60_000,
): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), 'tenfold-chromium-'));
  let deliver: (result: unknown) => void = () => {};
  const result = new Promise<unknown>((resolve) => (deliver = resolve));
  const server = serve(folder, (body) => deliver(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    chromium,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/${page}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let messages = '';
  browser.stderr.setEncoding('utf8').on('data', (text: string) => (messages += text));
  const gone = new Promise<void>((resolve) => browser.once('close', () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (why: string) => reject(new Error(`${page}: ${why}\n${messages.slice(-2000)}`));
    browser.once('error', (error) => giveUp(error.message));
    browser.once('exit', (code) => giveUp(`Chromium ended with ${code} before the page reported`));
    timer = setTimeout(() => giveUp(`no result after ${timeout / 1000} s`), timeout);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    late.catch(() => {});
    clearTimeout(timer);
    browser.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function serve(folder: string, onResult: (body: unknown) => void): Server {
  return createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (request.method === 'POST' && path === '/result') {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.writeHead(204).end();
        onResult(JSON.parse(body));
      });
      return;
    }
    try {
      const content = readFileSync(join(folder, path));
      response.writeHead(200, { 'Content-Type': contentTypes[extname(path)] ?? 'application/octet-stream' });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
