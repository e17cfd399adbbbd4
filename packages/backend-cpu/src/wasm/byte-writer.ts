/**
 * A growing byte buffer with the encodings of the WebAssembly binary format: LEB128 integers, IEEE floats,
 * names and length-prefixed vectors. It knows nothing of instructions.
 */

export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;

  get length(): number {
    return this.#used;
  }

  /** A copy of the bytes written so far. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#used);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#used++] = value;
  }

  append(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#used);
    this.#used += source.length;
  }

  /** Unsigned LEB128 of an integer in [0, 2^32). */
  unsigned(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#used++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#used++] = rest;
  }

  /** Signed LEB128 of a 32-bit integer; unsigned values up to 2^32 - 1 are taken modulo 2^32. */
  signed32(value: number): void {
    this.#reserve(5);
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.#bytes[this.#used++] = low;
        return;
      }
      this.#bytes[this.#used++] = low | 0x80;
    }
  }

  /** Signed LEB128 of a 64-bit integer, taken modulo 2^64. */
  signed64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.#bytes[this.#used++] = low;
        return;
      }
      this.#bytes[this.#used++] = low | 0x80;
    }
  }

  float32(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#used, value, true);
    this.#used += 4;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  /** A UTF-8 name with its length in front. */
  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  /** Bytes with their length in front. */
  sized(source: Uint8Array): void {
    this.unsigned(source.length);
    this.append(source);
  }

  /** Room for an unsigned integer that is known only later: five bytes, to be filled by `patch`. */
  placeholder(): number {
    const position = this.#used;
    this.#reserve(5);
    this.#used += 5;
    return position;
  }

  /** Fills a placeholder with the five-byte form of an unsigned integer. */
  patch(position: number, value: number): void {
    for (let i = 0; i < 5; i++) {
      const low = (value >>> (7 * i)) & 0x7f;
      this.#bytes[position + i] = i < 4 ? low | 0x80 : low;
    }
  }

  #reserve(extra: number): void {
    if (this.#used + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + extra));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
