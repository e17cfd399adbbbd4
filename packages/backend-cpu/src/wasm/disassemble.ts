/**
 * WebAssembly modules as text to read and to compare: one line for each assignment, store and branch, with the stack
 * machine's operands folded into expressions. It reads what the assembler writes, no more.
 */

import { opcodes } from './opcodes.ts';

interface Instruction {
  readonly name: string;
  /** Operands from the stack. */
  readonly takes: number;
  readonly gives: 0 | 1;
  readonly immediates: readonly ('memory' | 'lane' | 'shuffle' | 'zero')[];
}

const SHAPES: { readonly [shape: string]: Omit<Instruction, 'name'> } = {
  unary: { takes: 1, gives: 1, immediates: [] },
  binary: { takes: 2, gives: 1, immediates: [] },
  compare: { takes: 2, gives: 1, immediates: [] },
  ternary: { takes: 3, gives: 1, immediates: [] },
  shift: { takes: 2, gives: 1, immediates: [] },
  test: { takes: 1, gives: 1, immediates: [] },
  splat: { takes: 1, gives: 1, immediates: [] },
  load: { takes: 1, gives: 1, immediates: ['memory'] },
  store: { takes: 2, gives: 0, immediates: ['memory'] },
  loadLane: { takes: 2, gives: 1, immediates: ['memory', 'lane'] },
  storeLane: { takes: 2, gives: 0, immediates: ['memory', 'lane'] },
  extract: { takes: 1, gives: 1, immediates: ['lane'] },
  replace: { takes: 2, gives: 1, immediates: ['lane'] },
  shuffle: { takes: 2, gives: 1, immediates: ['shuffle'] },
};

const conversion = { takes: 1, gives: 1, immediates: [] } as const;

function table(): Map<number, Instruction> {
  const found = new Map<number, Instruction>();
  for (const [type, rows] of Object.entries(opcodes)) {
    if (['control', 'local', 'constant', 'memory', 'atomic'].includes(type)) continue;
    for (const [row, codes] of Object.entries(rows)) {
      if (typeof codes !== 'object') continue;
      for (const [name, code] of Object.entries(codes)) {
        found.set(Number(code), { name: `${type}.${name}`, ...(SHAPES[row] ?? conversion) });
      }
    }
  }
  return found;
}

const INSTRUCTIONS = table();
const { control, local, constant, memory } = opcodes;
const TYPES: { readonly [byte: number]: string } = { 0x7f: 'i', 0x7e: 'l', 0x7d: 'f', 0x7c: 'd', 0x7b: 'v' };

class Reader {
  private readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.bytes[this.at++];
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
    }
  }

  take(count: number): Uint8Array {
    this.at += count;
    return this.bytes.slice(this.at - count, this.at);
  }

  opcode(): number {
    const first = this.byte();
    return first >= 0xfc ? first * 0x1000 + this.unsigned() : first;
  }
}

interface Signature {
  readonly params: readonly string[];
  readonly results: number;
}

/** The functions of a module as text. */
export function disassemble(bytes: Uint8Array): string {
  const reader = new Reader(bytes, 8);
  const types: Signature[] = [];
  const functions: { name: string; type: Signature }[] = [];
  const text: string[] = [];
  let imported = 0;
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const end = reader.unsigned() + reader.at;
    const count = reader.unsigned();
    for (let i = 0; i < count; i++) {
      if (id === 1) {
        reader.byte();
        const params = [...reader.take(reader.unsigned())].map((type) => TYPES[type]);
        types.push({ params, results: reader.take(reader.unsigned()).length });
      } else if (id === 2) {
        reader.take(reader.unsigned());
        const name = new TextDecoder().decode(reader.take(reader.unsigned()));
        if (reader.byte() === 0) functions.push({ name, type: types[reader.unsigned()] });
        else for (let limits = reader.byte() & 1; limits >= 0; limits--) reader.unsigned();
        imported = functions.length;
      } else if (id === 3) {
        functions.push({ name: `function${i}`, type: types[reader.unsigned()] });
      } else if (id === 10) {
        const size = reader.unsigned();
        const body = new Reader(reader.take(size));
        const { name, type } = functions[imported + i];
        text.push(`${name}(${type.params.map((letter, at) => letter + at).join(', ')})`);
        text.push(...new BodyPrinter(body, size, type, functions).print(), '');
      }
    }
    reader.at = end;
  }
  return text.join('\n').trimEnd();
}

class BodyPrinter {
  private readonly reader: Reader;
  private readonly size: number;
  private readonly functions: readonly { name: string; type: Signature }[];
  private readonly names: string[];
  private readonly stack: string[] = [];
  private readonly lines: string[] = [];
  private readonly labels: string[] = ['return'];
  private count = 0;

  constructor(
    reader: Reader,
    size: number,
    type: Signature,
    functions: readonly { name: string; type: Signature }[],
  ) {
    this.reader = reader;
    this.size = size;
    this.functions = functions;
    this.names = type.params.map((letter, i) => letter + i);
  }

  print(): string[] {
    const { reader, names } = this;
    for (let runs = reader.unsigned(); runs > 0; runs--) {
      const count = reader.unsigned();
      const letter = TYPES[reader.byte()];
      for (let i = 0; i < count; i++) names.push(letter + names.length);
    }
    while (reader.at < this.size) this.step();
    return this.lines;
  }

  private line(text: string): void {
    this.lines.push('  '.repeat(this.labels.length) + text);
  }

  private pop(count = 1): string[] {
    return count === 0 ? [] : this.stack.splice(-count);
  }

  private step(): void {
    const { reader, stack, names } = this;
    const code = reader.opcode();
    const instruction = INSTRUCTIONS.get(code);
    if (instruction) return this.plain(instruction);
    switch (code) {
      case local.get:
        stack.push(names[reader.unsigned()]);
        return;
      case local.set:
        return this.line(`${names[reader.unsigned()]} = ${this.pop()[0]}`);
      case local.tee:
        stack.push(`(${names[reader.unsigned()]} = ${this.pop()[0]})`);
        return;
      case constant.i32:
      case constant.i64:
        stack.push(`${reader.signed()}`);
        return;
      case constant.v128:
        stack.push(vectorText(reader.take(16)));
        return;
      case memory.copy:
      case memory.fill:
        reader.take(code === memory.copy ? 2 : 1);
        return this.line(`memory.${code === memory.copy ? 'copy' : 'fill'}(${this.pop(3).join(', ')})`);
      case control.select: {
        const [a, b, condition] = this.pop(3);
        stack.push(`select(${condition}, ${a}, ${b})`);
        return;
      }
      case control.call: {
        const { name, type } = this.functions[reader.unsigned()];
        const text = `${name}(${this.pop(type.params.length).join(', ')})`;
        if (type.results > 0) stack.push(text);
        else this.line(text);
        return;
      }
      default:
        return this.structure(code);
    }
  }

  private plain({ name, takes, gives, immediates }: Instruction): void {
    const { reader } = this;
    const operands = this.pop(takes);
    for (const immediate of immediates) {
      if (immediate === 'memory') {
        reader.unsigned();
        const offset = reader.unsigned();
        if (offset > 0) operands[0] += ` + ${offset}`;
      } else if (immediate === 'lane') {
        operands.push(`lane ${reader.byte()}`);
      } else {
        operands.push(`[${[...reader.take(16)].join(' ')}]`);
      }
    }
    const text = `${name}(${operands.join(', ')})`;
    if (gives === 1) this.stack.push(text);
    else this.line(text);
  }

  private structure(code: number): void {
    const { reader, labels } = this;
    const open = (text: string, label: string): void => {
      reader.byte();
      this.line(text);
      labels.push(label);
    };
    const target = (): string => labels[labels.length - 1 - reader.unsigned()];
    switch (code) {
      case control.block:
        this.count++;
        return open(`block${this.count}`, `leave block${this.count}`);
      case control.loop:
        this.count++;
        return open(`loop${this.count}`, `next of loop${this.count}`);
      case control.if:
        return open(`if ${this.pop()[0]}`, 'leave if');
      case control.else: {
        const label = labels.pop() ?? '';
        this.line('else');
        labels.push(label);
        return;
      }
      case control.end:
        labels.pop();
        return;
      case control.br:
        return this.line(target());
      case control.br_if: {
        const [condition] = this.pop();
        return this.line(`${target()} if ${condition}`);
      }
      case control.return:
        return this.line('return');
      case control.drop:
        return this.line(`drop ${this.pop()[0]}`);
      case control.unreachable:
        return this.line('unreachable');
      default:
        return this.line(`an instruction not known here: opcode 0x${code.toString(16)}`);
    }
  }
}

/** Four float32 lanes where they look like numbers, else four int32 lanes. */
function vectorText(bytes: Uint8Array): string {
  const floats = [...new Float32Array(bytes.buffer)];
  const readable = floats.every(
    (x) => x === 0 || (Math.abs(x) > 1e-12 && Math.abs(x) < 1e12) || Math.abs(x) === Infinity,
  );
  const lanes = readable ? floats : [...new Int32Array(bytes.buffer)];
  return new Set(lanes).size === 1 ? `<${lanes[0]}>` : `<${lanes.join(' ')}>`;
}
