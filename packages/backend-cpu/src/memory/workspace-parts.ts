/** The parts of a block of memory, one after another, each beginning at a cache line: a thread's workspace is laid out by it. */

const CACHE_LINE = 64;

export class WorkspaceParts {
  /** Bytes that the parts take so far. */
  bytes = 0;

  /** Adds a part of so many bytes, and returns its offset. */
  take(bytes: number): number {
    const start = this.bytes;
    this.bytes += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
    return start;
  }
}
