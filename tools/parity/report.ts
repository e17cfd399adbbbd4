/** Coverage as a table on the console, and as the page docs/pytorch-coverage.md. */
import type { Coverage, NamedDeviation, Row } from './coverage.ts';
import { REQUIRED, isShort, shares } from './coverage.ts';
import { IGNORED_PARAMETERS } from './exclusions.ts';

/** Where the page is. */
export const PAGE = 'docs/pytorch-coverage.md';

const HEADINGS = ['', 'names', 'there', 'of all', 'excluded', 'of the others', 'required'];

export function consoleReport({ version, rows, entries }: Coverage): string {
  const unexplained = entries.flatMap(({ name, deviations }) =>
    deviations.filter(({ reason }) => reason === undefined).map(({ text }) => `  ${name}: ${text}`),
  );
  const explained = entries.flatMap(({ deviations }) => deviations).length - unexplained.length;
  return [
    `PyTorch ${version} and newer`,
    '',
    ...table([HEADINGS, ...rows.map(cells)]),
    '',
    ...rows.flatMap(({ name, missing }) =>
      missing.length === 0 ? [] : [`missing in ${name}: ${short(missing)}`],
    ),
    '',
    `${unexplained.length} deviations without a reason, ${explained} with one`,
    ...unexplained.map((line) => line.replaceAll('`', '')),
  ].join('\n');
}

export function markdownReport({ version, rows, entries }: Coverage): string {
  const excluded = grouped(entries, ({ excluded }) => excluded);
  const deviating = entries.filter(({ deviations }) => deviations.length > 0);
  return [
    '# Coverage of PyTorch',
    '',
    'Written by `npm run parity -- --write`, which compares names, signatures and defaults of the public surface with those of',
    `PyTorch ${version} and with what the documentation of later releases adds. Values and gradients are compared by the tests`,
    '(`packages/testing`); differences in behaviour are described in [pytorch-differences.md](pytorch-differences.md).',
    '',
    'A name counts as there under its own name in camelCase. What is excluded, with the reason, is listed below. Everyday operations',
    'are those of `tools/parity/op-list.ts`.',
    '',
    ...markdownTable([['Module', ...HEADINGS.slice(1)], ...rows.map(cells)]),
    '',
    '## Missing',
    '',
    ...list(
      rows
        .filter(({ missing }) => missing.length > 0)
        .map(({ name, missing }) => `${name}: ${missing.map((full) => `\`${last(full)}\``).join(', ')}`),
    ),
    '',
    '## Excluded',
    '',
    ...list(
      [...excluded].map(
        ([reason, names]) => `${reason}: ${names.map(({ name }) => `\`${name.slice(6)}\``).join(', ')}`,
      ),
    ),
    '',
    'Parameters that no function has:',
    '',
    ...list(
      IGNORED_PARAMETERS.map(
        ({ names, modules, reason }) =>
          `${names.map((name) => `\`${name}\``).join(', ')}${modules === '*' ? '' : ` (\`${modules}\`)`}: ${reason}`,
      ),
    ),
    '',
    '## Signatures that differ',
    '',
    ...list(deviating.map(({ name, deviations }) => `\`${name}\`: ${byReason(deviations)}`)),
    '',
  ].join('\n');
}

/** Deviations, each reason once. */
function byReason(deviations: readonly NamedDeviation[]): string {
  const groups = grouped(deviations, ({ reason = '' }) => reason);
  return [...groups]
    .map(([reason, some]) => some.map(({ text }) => text).join('; ') + (reason && ` (${reason})`))
    .join('; ');
}

function cells(row: Row): string[] {
  const { name, total, present, excluded } = row;
  const { all, wanted } = shares(row);
  const required = REQUIRED[name];
  return [
    name,
    `${total}`,
    `${present}`,
    `${all.toFixed(1)} %`,
    `${excluded}`,
    `${wanted.toFixed(1)} %`,
    required === undefined ? '' : `${required} %${isShort(row) ? ' !' : ''}`,
  ];
}

/** Lines with columns of equal width, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
}

function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}

function list(items: readonly string[]): string[] {
  return items.length === 0 ? ['None.'] : items.map((item) => `- ${item}`);
}

/** Items by their key, without those that have none. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function last(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function short(names: readonly string[]): string {
  return names.map(last).join(' ');
}
