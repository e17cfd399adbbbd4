/** How a function of Tenfold is called, held against how PyTorch's is: parameters, their order, their kind, their defaults. */
import type { SurfaceParameter, SurfaceSignature } from '@tenfold/testing/parity';
import { camelCase, defaultValue, parsePython, sameDefault } from './python-signature.ts';
import type { PythonParameter } from './python-signature.ts';

export interface Deviation {
  /** The parameter, in PyTorch's spelling; of one that PyTorch has not, in Tenfold's. */
  readonly parameter: string;
  readonly kind: 'missing' | 'name' | 'default' | 'kind' | 'order' | 'required' | 'extra';
  readonly text: string;
}

/** What the first parameter of an operation is called, here or there; documentation often has another name. */
const RECEIVERS: ReadonlySet<string> = new Set(['self', 'input']);

/** @param ignored Parameters of PyTorch's that no function here has. */
export function compareSignatures(
  python: readonly string[],
  own: readonly SurfaceSignature[],
  ignored: ReadonlySet<string>,
): readonly Deviation[] {
  const overloads = python
    .map((signature) => parsePython(signature).filter(({ name }) => !ignored.has(name)))
    // What passes everything on says nothing of how it is called.
    .filter((parameters) => !parameters.some(({ name }) => name === 'args' || name === 'kwargs'));
  const found = overloads.map((parameters) => closest(parameters, own));
  const unique = new Map(found.flat().map((deviation) => [deviation.text, deviation]));
  /** A default, or a place, that one overload has, is as PyTorch's; the others are not asked. */
  const agreed = ({ parameter, kind }: Deviation) =>
    (kind === 'default' || kind === 'kind') &&
    overloads.some(
      (parameters, i) =>
        parameters.some(({ name }) => name === parameter) &&
        !found[i].some((other) => other.parameter === parameter && other.kind === kind),
    );
  return [...unique.values()].filter((deviation) => !agreed(deviation));
}

/** The deviations from the overload that deviates least. */
function closest(
  parameters: readonly PythonParameter[],
  own: readonly SurfaceSignature[],
): readonly Deviation[] {
  const all = own.map((signature) => deviations(parameters, signature));
  return all.reduce((best, next) => (next.length < best.length ? next : best), all[0] ?? []);
}

function deviations(python: readonly PythonParameter[], own: SurfaceSignature): readonly Deviation[] {
  const found: Deviation[] = [];
  const partners = partnersOf(python, own);
  const taken = new Set(partners.values());
  let place = -1;
  for (const [i, theirs] of python.entries()) {
    const { name } = theirs;
    const note = (kind: Deviation['kind'], text: string) => found.push({ parameter: name, kind, text });
    const ours = partners.get(theirs);
    if (!ours) {
      const inPlace = own[i];
      const renamed = inPlace && inPlace.kind !== 'option' && !taken.has(inPlace);
      if (renamed) {
        taken.add(inPlace);
        note('name', `\`${inPlace.name}\` is called \`${name}\` there`);
      } else note('missing', `no \`${name}\`${theirs.default === undefined ? '' : ` (=${theirs.default})`}`);
      continue;
    }
    if (theirs.default !== undefined) compareDefault(theirs, ours, note);
    else if (ours.kind === 'option' && !theirs.keywordOnly)
      note('kind', `\`${ours.name}\` is an option, there a position`);
    if (ours.kind === 'option') continue;
    if (theirs.keywordOnly) note('kind', `\`${ours.name}\` is a position, there a keyword`);
    else if (own.indexOf(ours) < place) note('order', `\`${ours.name}\` comes earlier than there`);
    else place = own.indexOf(ours);
  }
  for (const ours of own) {
    if (taken.has(ours) || ours.optional) continue;
    found.push({ parameter: ours.name, kind: 'extra', text: `\`${ours.name}\` is required, and not there` });
  }
  return found;
}

/** Which parameter here is which one there: by name (`T_max` may be `tMax`), but the first of an operation by its place. */
function partnersOf(
  python: readonly PythonParameter[],
  own: SurfaceSignature,
): ReadonlyMap<PythonParameter, SurfaceParameter> {
  const partners = new Map<PythonParameter, SurfaceParameter>();
  for (const [i, theirs] of python.entries()) {
    const name = camelCase(theirs.name).toLowerCase();
    const first = i === 0 ? own[0] : undefined;
    const byPlace = first && (RECEIVERS.has(first.name) || RECEIVERS.has(theirs.name)) ? first : undefined;
    const ours = byPlace ?? own.find((parameter) => parameter.name.toLowerCase() === name);
    if (ours) partners.set(theirs, ours);
  }
  return partners;
}

function compareDefault(
  theirs: PythonParameter,
  ours: SurfaceParameter,
  note: (kind: Deviation['kind'], text: string) => void,
): void {
  if (!ours.optional) {
    note('required', `\`${ours.name}\` is required, there ${theirs.default}`);
    return;
  }
  const expected = defaultValue(theirs.default ?? 'None');
  const actual = defaultValue(ours.default ?? 'undefined');
  // What is computed is not compared with what is left out.
  if (expected === undefined || (actual === undefined && expected === null)) return;
  if (!sameDefault(actual, expected)) {
    note('default', `\`${ours.name}\` is ${ours.default ?? 'without a default'}, there ${theirs.default}`);
  }
}
