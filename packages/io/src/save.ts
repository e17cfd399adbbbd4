/** Saves tensors as safetensors: to a file that is replaced in one step, or to bytes where there are no files. */

import { writeFileAtomically } from './atomic-write.ts';
import { SaveGuard } from './save-guard.ts';
import { checkBytes, planLayout } from './serialize.ts';
import type { FileLayout, SerializeOptions } from './serialize.ts';
import { stateDictEntries } from './state-dict.ts';
import type { StateDictLike } from './state-dict.ts';

/**
 * Saves a state dict to a file (a path or `file:` URL), as `safetensors.torch.save_file`. One tensor at a time is
 * held in memory. Killed at any moment, it leaves the whole old file or the whole new one. Await it before the
 * next training step: the values are read while it runs, and a StaleValueError tells when one was written meanwhile.
 *
 * Raises a FormatError for names or metadata that the format cannot hold; errors of the file system pass as they
 * are. In all these cases the old file is untouched.
 */
export async function saveSafetensors(
  location: string | URL,
  stateDict: StateDictLike,
  options: SerializeOptions = {},
): Promise<void> {
  const tensors = new Map(stateDictEntries(stateDict));
  const layout = planLayout(tensors, options);
  const guard = new SaveGuard(tensors);
  await writeFileAtomically(location, (sink) =>
    inOrder(layout, guard, async (bytes) => {
      await sink.write(bytes);
    }),
  );
}

/** The bytes of the file that `saveSafetensors` would write: for a download, an upload, or storage in a browser. */
export async function serializeStateDict(
  stateDict: StateDictLike,
  options: SerializeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map(stateDictEntries(stateDict));
  const layout = planLayout(tensors, options);
  const guard = new SaveGuard(tensors);
  const file = new Uint8Array(layout.size);
  let end = 0;
  await inOrder(layout, guard, (bytes) => {
    file.set(bytes, end);
    end += bytes.length;
  });
  return file;
}

/** Hands out the bytes of a file from front to back: its head, then one tensor after the other. */
async function inOrder(
  layout: FileLayout,
  guard: SaveGuard,
  emit: (bytes: Uint8Array) => void | Promise<void>,
): Promise<void> {
  await emit(layout.head);
  for (const planned of layout.tensors) {
    const bytes = await guard.bytes(planned.name);
    checkBytes(planned, bytes);
    await emit(bytes);
  }
}
