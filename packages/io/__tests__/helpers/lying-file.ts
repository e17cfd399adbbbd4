/** Builds safetensors files by hand, honest or not. */

const encoder = new TextEncoder();

/** A file with this header text (or bytes) and this many bytes of data, counting up from 0. */
export function fileOf(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const head = typeof header === 'string' ? encoder.encode(header) : header;
  const file = new Uint8Array(8 + head.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  for (let i = 0; i < dataBytes; i++) file[8 + head.length + i] = i;
  return file;
}

/** A file whose length prefix says `declared`, whatever follows it. */
export function fileWithLength(declared: bigint, rest: string): Uint8Array {
  const file = fileOf(rest);
  new DataView(file.buffer).setBigUint64(0, declared, true);
  return file;
}

/** One entry of a header. */
export function entry(dtype: unknown, shape: unknown, begin: unknown, end: unknown): string {
  return JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
}
