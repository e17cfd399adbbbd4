/** How modules are printed: exactly as PyTorch prints them, argument names included. */

/** `Name(extra)`, or one line a child when there are children. */
export function formatModule(
  name: string,
  extra: string,
  children: readonly (readonly [string, string])[],
): string {
  const lines = children.map(([child, text]) => `(${child}): ${indent(text)}`);
  if (lines.length === 0)
    return extra.includes('\n') ? `${name}(\n  ${indent(extra)}\n)` : `${name}(${extra})`;
  const all = extra === '' ? lines : [...extra.split('\n'), ...lines];
  return `${name}(\n  ${all.join('\n  ')}\n)`;
}

/** Runs of equal neighbours as one line, `(0-5): 6 x Linear(...)`, as ModuleList is printed. */
export function collapseRuns(texts: readonly string[]): (readonly [string, string])[] {
  const runs: { first: number; last: number; text: string }[] = [];
  texts.forEach((text, i) => {
    const previous = runs.at(-1);
    if (previous?.text === text) previous.last = i;
    else runs.push({ first: i, last: i, text });
  });
  return runs.map(({ first, last, text }) =>
    first === last ? [`${first}`, text] : [`${first}-${last}`, `${last - first + 1} x ${text}`],
  );
}

/** A number as Python prints it where it is a float: `1e-05`, `0.1`, `2.0`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [mantissa, exponent] = value.toExponential().split('e');
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

export function pythonBool(value: boolean): string {
  return value ? 'True' : 'False';
}

/** A tuple as Python prints it: `(3, 3)`, `(5,)`. */
export function pythonTuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;
}

/** A size as Python prints it: a number as it is, a list as a tuple. */
export function pythonSize(size: number | readonly number[]): string {
  return typeof size === 'number' ? `${size}` : pythonTuple(size);
}

function indent(text: string): string {
  return text.split('\n').join('\n  ');
}
