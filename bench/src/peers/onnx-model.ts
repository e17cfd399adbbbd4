/**
 * ONNX models of one operation, encoded by hand: the few fields of the protocol buffers that such a model needs
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), so that ONNX Runtime can be asked for a single kernel.
 */

export interface OnnxInput {
  readonly name: string;
  readonly shape: readonly number[];
}

export type OnnxAttribute = number | string | readonly number[];

const FLOAT = 1;
const ATTRIBUTE = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } as const;

/** A model whose output `y` is one operation on float32 inputs. */
export function onnxModel(
  operation: string,
  inputs: readonly OnnxInput[],
  output: readonly number[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): Uint8Array {
  const node = message([
    ...inputs.map(({ name }) => text(1, name)),
    text(2, 'y'),
    text(4, operation),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);
  const graph = message([
    bytes(1, node),
    text(2, 'graph'),
    ...inputs.map(({ name, shape }) => bytes(11, valueInfo(name, shape))),
    bytes(12, valueInfo('y', output)),
  ]);
  const opset = message([text(1, ''), integer(2, 17)]);
  return Uint8Array.from(message([integer(1, 8), bytes(7, graph), bytes(8, opset)]));
}

function valueInfo(name: string, shape: readonly number[]): number[] {
  const dimensions = shape.map((size) => bytes(1, message([integer(1, size)])));
  const tensor = message([integer(1, FLOAT), bytes(2, message(dimensions))]);
  return message([text(1, name), bytes(2, message([bytes(1, tensor)]))]);
}

function attribute(name: string, value: OnnxAttribute): number[] {
  if (typeof value === 'string') {
    return message([text(1, name), text(4, value), integer(20, ATTRIBUTE.STRING)]);
  }
  if (typeof value !== 'number') {
    const numbers = value.map((item) => integer(8, item));
    return message([text(1, name), ...numbers, integer(20, ATTRIBUTE.INTS)]);
  }
  return Number.isInteger(value)
    ? message([text(1, name), integer(3, value), integer(20, ATTRIBUTE.INT)])
    : message([text(1, name), float(2, value), integer(20, ATTRIBUTE.FLOAT)]);
}

/** A field: its number and its wire type, then the value. */
type Field = readonly number[];

function message(fields: readonly Field[]): number[] {
  return fields.flat();
}

function integer(field: number, value: number): Field {
  return [...varint(field * 8), ...varint(value)];
}

function float(field: number, value: number): Field {
  return [...varint(field * 8 + 5), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function bytes(field: number, value: readonly number[]): Field {
  return [...varint(field * 8 + 2), ...varint(value.length), ...value];
}

function text(field: number, value: string): Field {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits in two's complement. */
function varint(value: number): number[] {
  const encoded: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) encoded.push(Number(rest & 127n) | 128);
  return [...encoded, Number(rest)];
}
