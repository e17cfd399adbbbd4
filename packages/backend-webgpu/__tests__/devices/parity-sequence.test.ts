import { sequenceParity } from '@tenfold/testing/parity';
import { inject } from 'vitest';
import { webgpu } from '../../src/index.ts';

await webgpu();
// Attention takes lavapipe's compiler minutes.
const isQuick = (layer: string) =>
  inject('driver') !== 'webgpu-lavapipe' || !/Transformer|Attention/.test(layer);
sequenceParity('webgpu', isQuick);
