/**
 * A shader under construction: its slabs, its table of launches, its workgroup memory, the library functions it uses,
 * and at the end the whole text. It knows operands and elements; what is computed from them is the caller's.
 *
 * Inside `main` these names stand: `group` (u32, the workgroup within its launch), `lane` (u32, the invocation within
 * its workgroup). Indices given to `load` and `store` are i32 expressions in elements, from the operand's beginning.
 */

import type { DType, Kernel } from '@tenfold/ir';
import { byteSize, unreachable } from '@tenfold/ir';
import type { LaunchRow } from '../lowering/launch-row.ts';
import { launchRow } from '../lowering/launch-row.ts';
import type { Pass, PassOperand, ShaderLayout, SlabLayout } from '../lowering/pass.ts';
import { decodeElement, encodeElement } from './elements.ts';
import { Library } from './library.ts';
import { cast } from './operations.ts';
import { valueType } from './types.ts';

/** Of the number of the first launch's workgroups the highest bit, which is 0. */
const UNKNOWN_ZERO = 'launches[0].y >> 31u';

export class ShaderBuilder {
  readonly lib = new Library(UNKNOWN_ZERO);
  readonly #operands: readonly PassOperand[];
  readonly #scalars: readonly DType[];
  readonly #layout: ShaderLayout;
  readonly #row: LaunchRow;
  readonly #declarations: string[] = [];
  readonly #functions = new Map<string, string>();
  readonly #head = new Map<string, string>();
  readonly #features = new Set<string>();
  readonly #builtins = new Set<string>();
  #names = 0;

  constructor(
    kernel: Pick<Kernel, 'axes' | 'scalars'>,
    pass: Pick<Pass, 'operands' | 'constants'>,
    layout: ShaderLayout,
  ) {
    this.#operands = pass.operands;
    this.#scalars = kernel.scalars;
    this.#layout = layout;
    this.#row = launchRow(kernel, pass.operands, pass.constants.length);
  }

  /** The value of an element. `position` counts the pass's operands. */
  load(position: number, index: string): string {
    const { dtype } = this.#operands[position];
    const { type } = this.#slab(position);
    const at = this.#element(position, index);
    if (type === 'f32') return this.#read(position, at);
    if (type === 'vec4f') {
      const name = this.#slabName(position);
      const vector = this.#read(position, 'i >> 2u');
      return this.#inline(`${name}_element`, `fn ${name}_element(i: u32) -> f32 { return ${vector}[i & 3u]; }`, at); // prettier-ignore
    }
    const words = (i: string) => this.#read(position, i);
    const name = `${this.#slabName(position)}_${dtype}`;
    const value = decodeElement(this.lib, dtype, words, 'i');
    return this.#inline(name, `fn ${name}(i: u32) -> ${valueType(dtype)} { return ${value}; }`, at);
  }

  /** Four neighbouring elements as a vector; the index is a multiple of 4, and so is where the operand begins. */
  loadVector(position: number, index: string): string {
    const { dtype } = this.#operands[position];
    const at = this.#element(position, index);
    const slab = this.#slabName(position);
    const { type } = this.#slab(position);
    if (type === 'vec4f') return this.#read(position, `(${at}) >> 2u`);
    // Several narrow elements stand in a word, which is read once.
    const elements = Math.min(4, 4 / byteSize(dtype));
    const words = [0, 1, 2, 3].slice(0, 4 / elements);
    const reads = words.map((word) => {
      const i = elements === 1 ? `i + ${word}u` : `(i >> ${elements / 2}u) + ${word}u`;
      return `let w${word} = ${this.#read(position, i)};`;
    });
    const values = [0, 1, 2, 3].map((i) => {
      const word = `w${Math.floor(i / elements)}`;
      return type === 'f32' ? word : decodeElement(this.lib, dtype, () => word, `${i % elements}u`);
    });
    const vector = `vec4<${valueType(dtype)}>`;
    const name = `${slab}_${dtype}_vector`;
    const text = `fn ${name}(i: u32) -> ${vector} { ${reads.join(' ')} return ${vector}(${values.join(', ')}); }`;
    return this.#inline(name, text, at);
  }

  /** A statement that writes an element. `value` has the dtype's type in WGSL. */
  store(position: number, index: string, value: string): string {
    const { dtype } = this.#operands[position];
    const { type } = this.#slab(position);
    const name = this.#slabName(position);
    const at = this.#element(position, index);
    if (type === 'f32') return this.#write(position, at, value);
    if (type === 'vec4f') unreachable('a slab of vectors is written by fours');
    const store = `${name}_store_${dtype}`;
    this.#functions.set(store, this.#storeFunction(store, position));
    return `${store}(${at}, ${value});`;
  }

  /** Word `w` (u32) of those in which neighbouring narrow elements stand; the index is a multiple of the elements to a word. */
  loadWord(position: number, index: string, w: number): string {
    return this.#read(position, this.#wordAt(position, index, w));
  }

  /**
   * A statement that writes four neighbouring elements of float32, or as many of them as are `present` (i32); the index is
   * a multiple of 4 in its slab.
   */
  storeVector(position: number, index: string, value: string, present?: string): string {
    const at = this.#element(position, index);
    const name = this.#slabName(position);
    const { type } = this.#slab(position);
    if (type === 'vec4f' && present === undefined) return this.#write(position, `(${at}) >> 2u`, value);
    const store = present === undefined ? `${name}_store_vector` : `${name}_store_some`;
    const one = (i: number) => {
      const condition = present === undefined || i === 0 ? '' : `if (present > ${i}) `;
      const word = `bitcast<u32>(v[${i}])`;
      const put = this.#write(position, `i + ${i}u`, type === 'f32' ? `v[${i}]` : word);
      return condition === '' ? put : `${condition}{ ${put} }`;
    };
    const some = () => {
      const old = this.#read(position, 'i >> 2u');
      return this.#write(position, 'i >> 2u', `select(${old}, v, vec4i(0, 1, 2, 3) < vec4i(present))`);
    };
    const body = type === 'vec4f' ? some() : [0, 1, 2, 3].map(one).join(' ');
    const parameters = `i: u32, v: vec4f${present === undefined ? '' : ', present: i32'}`;
    this.#functions.set(store, `fn ${store}(${parameters}) { ${body} }`);
    return `${store}(${at}, ${value}${present === undefined ? '' : `, ${present}`});`;
  }

  /**
   * A statement that writes word `w` of those of neighbouring narrow elements, or as many elements of it as are `present`
   * (i32, maybe none). No other invocation may write elements of that word.
   */
  storeWord(position: number, index: string, w: number, bits: string, present?: string): string {
    const at = this.#wordAt(position, index, w);
    const name = this.#slabName(position);
    const bytes = byteSize(this.#operands[position].dtype);
    if (present === undefined) return this.#write(position, at, bits);
    const store = `${name}_store_part_${bytes}`;
    const whole = `if (present >= ${4 / bytes}) { ${this.#write(position, 'i', 'bits')} }`;
    const mask = `let mask = (1u << (u32(present) * ${8 * bytes}u)) - 1u;`;
    const part = this.#write(position, 'i', `(${this.#read(position, 'i')} & ~mask) | bits`);
    const body = `${whole} else if (present > 0) { ${mask} ${part} }`;
    this.#functions.set(store, `fn ${store}(i: u32, bits: u32, present: i32) { ${body} }`);
    return `${store}(${at}, ${bits}, ${present});`;
  }

  /** A run-time number of the launch. */
  scalar(slot: number): string {
    return this.named(`scalar${slot}`, () => {
      const dtype = this.#scalars[slot];
      const at = this.#row.scalar(slot);
      const word = this.#launchWord(at);
      switch (dtype) {
        case 'float32':
          return `bitcast<f32>(${word})`;
        case 'float16':
        case 'bfloat16':
          return cast(this.lib, dtype, 'float32', cast(this.lib, 'float32', dtype, `bitcast<f32>(${word})`));
        case 'int64':
          return `vec2u(${word}, ${this.#launchWord(at + 1)})`;
        case 'bool':
          return `(${word} != 0u)`;
        default:
          return `bitcast<i32>(${word})`;
      }
    });
  }

  /** An extent parameter of the launch, i32. */
  extent(param: number): string {
    return this.named(`extent${param}`, () => `bitcast<i32>(${this.#launchWord(this.#row.extent(param))})`);
  }

  /** A constant of the pass, u32. */
  constant(i: number): string {
    return this.named(`constant${i}`, () => this.#launchWord(this.#row.constant(i)));
  }

  /** A name that nothing else in the shader has, nor WGSL (which has an `i32`). */
  fresh(stem: string): string {
    return `${stem}_${this.#names++}`;
  }

  /** A value that is computed once, at the beginning of `main`. */
  named(name: string, make: () => string): string {
    if (!this.#head.has(name)) this.#head.set(name, make());
    return name;
  }

  /** Memory that the invocations of a workgroup share; declared once for a name. */
  workgroupArray(name: string, type: string, length: number): string {
    return this.declare(`var<workgroup> ${name}: array<${type}, ${length}>;`, name);
  }

  /** A declaration outside of any function, written once. */
  declare(declaration: string, name: string): string {
    if (!this.#declarations.includes(declaration)) this.#declarations.push(declaration);
    return name;
  }

  /** A function of this shader's own, written once for a name. */
  function(name: string, text: string): string {
    this.#functions.set(name, text);
    return name;
  }

  /** Enables an extension, such as `f16`. */
  enable(feature: string): void {
    this.#features.add(feature);
  }

  /** Enables subgroups: the names `subgroup` and `subgroups` (u32), the invocation's and how many a workgroup has. */
  enableSubgroups(): void {
    this.enable('subgroups');
    this.#builtins.add('@builtin(subgroup_id) subgroup: u32').add('@builtin(num_subgroups) subgroups: u32');
  }

  /** The whole shader. */
  text(workgroupSize: number, body: readonly string[]): string {
    const { rows, slabs } = this.#layout;
    const vectors = (rows * this.#row.words) / 4;
    const names = slabs.flatMap((slab, i) => partNames(slab, i).map((name) => ({ ...slab, name })));
    const bindings = names.map(({ access, type, name }, i) => {
      const element = type === 'atomic' ? 'atomic<u32>' : type;
      return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${element}>;`;
    });
    const parameters = [
      '@builtin(workgroup_id) workgroup: vec3u',
      '@builtin(num_workgroups) grid: vec3u',
      '@builtin(local_invocation_index) lane: u32',
      ...this.#builtins,
    ];
    const head = [...this.#head].map(([name, value]) => `  let ${name} = ${value};`);
    return [
      ...[...this.#features].map((feature) => `enable ${feature};`),
      ...bindings,
      `@group(1) @binding(0) var<uniform> launches: array<vec4u, ${vectors}>;`,
      ...this.#declarations,
      this.lib.code(),
      ...this.#functions.values(),
      ...(rows > 1 ? [this.#findRow()] : []),
      `@compute @workgroup_size(${workgroupSize})`,
      `fn main(${parameters.join(', ')}) {`,
      // A grid is at most 65,535 wide, so a long one is folded; its last row may not be full.
      '  let place = (workgroup.z * grid.y + workgroup.y) * grid.x + workgroup.x;',
      ...(rows > 1 ? ['  let row = find_row(place);'] : []),
      `  let group = place - ${this.#launchWord(0)};`,
      `  if (group >= ${this.#launchWord(1)}) { return; }`,
      ...head,
      ...body.map((line) => `  ${line}`),
      '}',
      '',
    ].join('\n');
  }

  /** The last row whose first workgroup is not after `place`. Rows without workgroups are passed over. */
  #findRow(): string {
    const { rows } = this.#layout;
    const stride = this.#row.words / 4;
    return [
      'fn find_row(place: u32) -> u32 {',
      '  var low = 0u;',
      `  var high = ${rows}u;`,
      '  while (high - low > 1u) {',
      '    let middle = (low + high) / 2u;',
      `    if (launches[middle * ${stride}u].x <= place) { low = middle; } else { high = middle; }`,
      '  }',
      '  return low;',
      '}',
    ].join('\n');
  }

  #launchWord(word: number): string {
    const component = 'xyzw'[word % 4];
    const vector = Math.floor(word / 4);
    if (this.#layout.rows === 1) return `launches[${vector}].${component}`;
    return `launches[row * ${this.#row.words / 4}u + ${vector}u].${component}`;
  }

  #slab(position: number) {
    return this.#layout.slabs[this.#layout.slabOf[position]];
  }

  #slabName(position: number): string {
    return `slab${this.#layout.slabOf[position]}`;
  }

  /** Where an element stands in its slab, in elements of the operand's dtype: u32. */
  #element(position: number, index: string): string {
    const start = this.named(`operand${position}`, () => this.#launchWord(this.#row.operand(position)));
    return index === '0' ? start : `${start} + u32(${index})`;
  }

  /** An element of the slab's own type. */
  #read(position: number, i: string): string {
    const { type } = this.#slab(position);
    const name = `${this.#slabName(position)}_read`;
    const result = type === 'atomic' ? 'u32' : type;
    const one = (place: string) => (type === 'atomic' ? `atomicLoad(&${place})` : place);
    return this.#onPart(position, i, one, (cases) =>
      this.#inline(
        name,
        `fn ${name}(i: u32) -> ${result} {\n${cases((place) => `return ${one(place)};`)}\n}`,
        i,
      ),
    );
  }

  /** A statement that writes an element of the slab's own type. */
  #write(position: number, i: string, value: string): string {
    const { type } = this.#slab(position);
    if (type === 'atomic') return this.#change(position, 'atomicStore', i, value);
    const name = `${this.#slabName(position)}_write`;
    return this.#onPart(position, i, (place) => `${place} = ${value};`, (cases) =>
      `${this.#inline(name, `fn ${name}(i: u32, v: ${type}) {\n${cases((place) => `${place} = v;`)}\n}`, `${i}, ${value}`)};`,
    ); // prettier-ignore
  }

  /** A statement that changes a word of a slab of atomics. */
  #change(position: number, how: 'atomicStore' | 'atomicAnd' | 'atomicOr', i: string, value: string): string {
    const name = `${this.#slabName(position)}_${how}`;
    return this.#onPart(position, i, (place) => `${how}(&${place}, ${value});`, (cases) =>
      `${this.#inline(name, `fn ${name}(i: u32, v: u32) {\n${cases((place) => `${how}(&${place}, v);`)}\n}`, `${i}, ${value}`)};`,
    ); // prettier-ignore
  }

  /**
   * What is done with the element `i` of a slab: `one` for a slab that is one binding; for one in parts, what `several`
   * makes of a function of `i` that chooses the part.
   */
  #onPart(
    position: number,
    i: string,
    one: (place: string) => string,
    several: (cases: (act: (place: string) => string) => string) => string,
  ): string {
    const slab = this.#slab(position);
    const names = partNames(slab, this.#layout.slabOf[position]);
    if (names.length === 1) return one(`${names[0]}[${i}]`);
    const { partBytes = unreachable('a slab in parts needs to know their size') } = this.#layout;
    const each = partBytes / (slab.type === 'vec4f' ? 16 : 4);
    return several((act) =>
      [
        `  switch (i / ${each}u) {`,
        ...names.map((name, part) => {
          const label = part === names.length - 1 ? 'default' : `case ${part}u`;
          return `    ${label}: { ${act(`${name}[i - ${part * each}u]`)} }`;
        }),
        '  }',
      ].join('\n'),
    );
  }

  #wordAt(position: number, index: string, w: number): string {
    const perWord = 4 / byteSize(this.#operands[position].dtype);
    return `((${this.#element(position, index)}) / ${perWord}u + ${w}u)`;
  }

  #inline(name: string, text: string, argument: string): string {
    this.#functions.set(name, text);
    return `${name}(${argument})`;
  }

  #storeFunction(store: string, position: number): string {
    const { dtype } = this.#operands[position];
    const bytes = byteSize(dtype);
    const head = `fn ${store}(i: u32, value: ${valueType(dtype)})`;
    const put = (word: string, bits: string) => this.#write(position, word, bits);
    if (bytes === 8) return `${head} { ${put('2u * i', 'value.x')} ${put('2u * i + 1u', 'value.y')} }`;
    const bits = encodeElement(this.lib, dtype, 'value');
    if (bytes === 4) return `${head} { ${put('i', bits)} }`;
    // Others write the other parts of the word at the same time: clearing and setting bits leaves those alone.
    const [each, mask] = bytes === 1 ? [4, '0xffu'] : [2, '0xffffu'];
    const shift = `let shift = (i & ${each - 1}u) * ${bytes * 8}u;`;
    const clear = this.#change(position, 'atomicAnd', `i / ${each}u`, `~(${mask} << shift)`);
    const set = this.#change(position, 'atomicOr', `i / ${each}u`, `(${bits} & ${mask}) << shift`);
    return `${head} { ${shift} ${clear} ${set} }`;
  }
}

/** The names of the bindings that show a slab. */
function partNames({ parts = 1 }: SlabLayout, slab: number): string[] {
  if (parts === 1) return [`slab${slab}`];
  return Array.from({ length: parts }, (_, part) => `slab${slab}_part${part}`);
}
