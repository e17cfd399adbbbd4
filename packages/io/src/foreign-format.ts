/**
 * Recognises what was passed for a safetensors file by mistake, by its first bytes, so that the error can say
 * what it is and what to do. The usual two are a failed download and a PyTorch pickle.
 */

interface ForeignFormat {
  /** In lower case; long enough not to be the length of a plausible header. */
  readonly start: string;
  readonly what: string;
}

const PAGE = 'an HTML or XML page: the download gave an error page or a login form';
const JSON_FILE = 'bare JSON, such as the index of a sharded model: open the .safetensors files it names';
const PYTORCH = 'save it in Python with safetensors.torch.save_file, or have it converted';

const FOREIGN: readonly ForeignFormat[] = [
  { start: 'version https://git-lfs', what: 'a Git LFS pointer, not the file itself: run git lfs pull' },
  { start: '<!doctype', what: PAGE },
  { start: '<html', what: PAGE },
  { start: '<?xml', what: PAGE },
  { start: 'pk\u0003\u0004', what: `a zip archive, as torch.save and np.savez write: ${PYTORCH}` },
  { start: '\u0080\u0002\u008a', what: `a Python pickle, as old versions of torch.save write: ${PYTORCH}` },
  { start: 'gguf', what: 'a GGUF file, which is another format' },
  { start: '\u0089hdf', what: 'an HDF5 file (Keras .h5), which is another format' },
  { start: '\u0093numpy', what: 'a NumPy .npy file, which is another format' },
  { start: '\u001f\u008b\u0008', what: 'compressed with gzip: unpack it first' },
  { start: '{"', what: JSON_FILE },
  { start: '{\n  "', what: JSON_FILE },
];

/** A sentence about what a file that begins so is instead, or an empty string. */
export function foreignFormatHint(firstBytes: Uint8Array): string {
  const start = String.fromCharCode(...firstBytes).toLowerCase();
  const found = FOREIGN.find((format) => start.startsWith(format.start));
  return found === undefined ? '' : `; this looks like ${found.what}`;
}
