/**
 * Checks that the public surface covers what it must of PyTorch's, that every signature that differs has a reason, and that
 * docs/pytorch-coverage.md says so. `npm run parity` prints the figures themselves.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, failed, fromProblems, passed, type Outcome } from './lib/outcome.ts';
import { root } from './lib/workspace.ts';
import { REQUIRED, coverage, pythonSurface, shares } from './parity/coverage.ts';
import { PAGE, markdownReport } from './parity/report.ts';
import { extractSurface } from './parity/surface.ts';

export function parity(): readonly Outcome[] {
  const found = coverage(pythonSurface(), extractSurface());
  const required = found.rows.flatMap((row) => {
    const least = REQUIRED[row.name];
    if (least === undefined) return [];
    const { wanted } = shares(row);
    const text = `${wanted.toFixed(1)} % of ${least} %`;
    const name = `coverage of ${row.name}`;
    return [
      wanted >= least ? passed(name, text) : failed(name, `${text}; missing: ${row.missing.join(' ')}`),
    ];
  });
  const differing = found.entries.flatMap(({ name, deviations }) =>
    deviations.filter(({ reason }) => reason === undefined).map(({ text }) => `${name}: ${text}`),
  );
  const path = join(root, PAGE);
  const current = existsSync(path) && readFileSync(path, 'utf8') === markdownReport(found);
  return [
    ...required,
    fromProblems('signatures that differ have a reason', differing),
    current ? passed(`${PAGE} is current`) : failed(`${PAGE} is current`, 'run `npm run parity -- --write`'),
  ];
}

await command(import.meta.url, parity);
