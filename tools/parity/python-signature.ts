/** PyTorch's signatures: text such as "input, dim=None, *, keepdim=False" taken apart, and its names in camelCase. */

export interface PythonParameter {
  readonly name: string;
  readonly default?: string;
  readonly keywordOnly: boolean;
  /** `*tensors` */
  readonly variadic: boolean;
}

export function parsePython(signature: string): readonly PythonParameter[] {
  let keywordOnly = false;
  return splitTop(signature).flatMap((part): PythonParameter[] => {
    if (part === '*' || part.startsWith('**')) {
      keywordOnly = true;
      return [];
    }
    const variadic = part.startsWith('*');
    const [name, value] = part.replace(/^\*/, '').split(/=(.*)/s);
    const parameter = { name, keywordOnly, variadic, ...(value !== undefined && { default: value }) };
    keywordOnly ||= variadic;
    return [parameter];
  });
}

/** Splits at commas outside of brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = '';
  for (const letter of text) {
    if (letter === "'") quoted = !quoted;
    if (!quoted && '([{'.includes(letter)) depth++;
    if (!quoted && ')]}'.includes(letter)) depth--;
    if (letter === ',' && depth === 0 && !quoted) {
      parts.push(part.trim());
      part = '';
    } else part += letter;
  }
  return [...parts, part.trim()].filter((trimmed) => trimmed !== '');
}

/** `index_add` is `indexAdd`, `clip_grad_norm_` is `clipGradNorm_`, `atleast_1d` is `atleast1d`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[A-Za-z0-9])_([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A default as a JavaScript value, from Python or TypeScript; undefined where it is not a literal. */
export type DefaultValue = number | string | boolean | null | readonly DefaultValue[] | undefined;

export function defaultValue(text: string): DefaultValue {
  if (/^(None|null|undefined)$/.test(text)) return null;
  if (/^(True|true)$/.test(text)) return true;
  if (/^(False|false)$/.test(text)) return false;
  if (/^-?(Infinity|inf)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const quoted = /^'(.*)'$/.exec(text);
  if (quoted) return camelCase(quoted[1]);
  if (/^[[(].*[\])]$/.test(text)) return splitTop(text.slice(1, -1)).map(defaultValue);
  const ratio = /^(\S+) \/ (\S+)$/.exec(text);
  const value = ratio ? Number(ratio[1]) / Number(ratio[2]) : Number(text.replaceAll('_', ''));
  return Number.isNaN(value) ? undefined : value;
}

/** Equal, where a list of equal numbers is the same as the number, and an empty list the same as nothing. */
export function sameDefault(a: DefaultValue, b: DefaultValue): boolean {
  const [x, y] = [plain(a), plain(b)];
  if (!Array.isArray(x) || !Array.isArray(y)) return x === y;
  return x.length === y.length && x.every((item, i) => sameDefault(item, y[i]));
}

function plain(value: DefaultValue): DefaultValue {
  if (!Array.isArray(value)) return value;
  const [first] = value;
  return value.every((item) => sameDefault(item, first)) ? (first ?? null) : value;
}
