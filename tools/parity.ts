/**
 * Checks that as much of PyTorch is covered as required, that every signature that differs from PyTorch's has a reason, and that
 * docs/pytorch-coverage.md is current. `npm run parity` prints the figures themselves.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, failed, fromProblems, passed, type Outcome } from './lib/outcome.ts';
import { root } from './lib/workspace.ts';
import { coverage, pythonSurface, shortfalls } from './parity/coverage.ts';
import { PAGE, markdownReport } from './parity/report.ts';
import { extractSurface } from './parity/surface.ts';

export function parity(): readonly Outcome[] {
  const found = coverage(pythonSurface(), extractSurface());
  const differing = found.entries.flatMap(({ name, deviations }) =>
    deviations.filter(({ reason }) => reason === undefined).map(({ text }) => `${name}: ${text}`),
  );
  const path = join(root, PAGE);
  const current = existsSync(path) && readFileSync(path, 'utf8') === markdownReport(found);
  return [
    fromProblems('as much of PyTorch is covered as required', shortfalls(found)),
    fromProblems('signatures that differ from PyTorch have a reason', differing),
    current ? passed(`${PAGE} is current`) : failed(`${PAGE} is current`, 'run `npm run parity -- --write`'),
  ];
}

await command(import.meta.url, parity);
