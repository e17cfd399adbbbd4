/**
 * Runs turbo tasks (`npm run build`), with pnpm in the path, which turbo starts the tasks with, and
 * with turbo's telemetry off.
 */
import { delimiter, join } from 'node:path';
import { binary, run } from './lib/process.ts';
import { root } from './lib/workspace.ts';

const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
const { code } = await run(process.execPath, [binary('turbo'), 'run', ...process.argv.slice(2)], {
  show: true,
  env: { PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
});
process.exitCode = code;
