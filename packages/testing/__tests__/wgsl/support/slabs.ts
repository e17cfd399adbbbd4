/** The interpreter, with a record of its buffers: what they hold before and after, and how dispatches leave them. */

import type { BufferId, Kernel, Launch } from '@tenfold/ir';
import { InterpreterBackend, SeededRandom, encode } from '../../../src/index.ts';
import { MINIMUM } from './binding-plan.ts';
import type { Slabs } from './execute.ts';

export class SlabMemory extends InterpreterBackend {
  readonly #sizes = new Map<BufferId, number>();

  constructor() {
    super({
      order: 'shuffle',
      seed: 11,
      caps: {
        maxOperands: MINIMUM.maxStorageBuffersPerShaderStage,
        maxBufferBytes: MINIMUM.maxStorageBufferBindingSize,
        alignment: MINIMUM.minStorageBufferOffsetAlignment,
      },
    });
  }

  /** Buffers are filled with numbers in [0.1, 1), so that a read or write beside an operand shows. */
  override alloc(bytes: number): BufferId {
    const id = super.alloc(bytes);
    const random = new SeededRandom(id);
    this.#sizes.set(id, bytes);
    this.write(
      id,
      encode(
        'float32',
        Array.from({ length: bytes / 4 }, () => random.uniform(0.1, 1)),
      ),
    );
    return id;
  }

  contents(): Slabs {
    return new Map([...this.#sizes.keys()].map((id) => [id, new Uint8Array(this.readSync(id))]));
  }

  run(kernel: Kernel, launches: readonly Launch[]): void {
    const [program] = this.compile([kernel]);
    this.submit([{ program, launches }]);
  }
}
