/**
 * `npm run parity`: how much of PyTorch's public surface Tenfold has, and where signatures differ.
 *
 *   npm run parity                 the table, what is missing, and what differs without a reason; fails where less is
 *                                  covered than required
 *   npm run parity -- --json       all of it, as JSON
 *   npm run parity -- --write      writes docs/pytorch-coverage.md
 *   npm run parity -- --values     replays PyTorch's samples of every operation on the CPU, values and gradients
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runVitest } from '../lib/vitest.ts';
import { root } from '../lib/workspace.ts';
import { coverage, pythonSurface, shortfalls } from './coverage.ts';
import { PAGE, consoleReport, markdownReport } from './report.ts';
import { extractSurface } from './surface.ts';

const found = coverage(pythonSurface(), extractSurface());
const flags = new Set(process.argv.slice(2));
if (flags.has('--write')) writeFileSync(join(root, PAGE), markdownReport(found));
if (flags.has('--values')) {
  const { failed } = await runVitest(['--project', 'testing', 'parity-']);
  process.exitCode = failed > 0 ? 1 : 0;
}
if (shortfalls(found).length > 0) process.exitCode = 1;
console.log(flags.has('--json') ? JSON.stringify(found, null, 2) : consoleReport(found));
