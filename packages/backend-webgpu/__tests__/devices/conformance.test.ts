import { conformance } from '@tenfold/testing';
import { inject } from 'vitest';
import { webgpuBackend } from '../../src/index.ts';

// Mesa compiles each attention for half a minute: its code takes barriers apart. There, attention.test.ts has to do.
const attention = inject('driver') !== 'webgpu-lavapipe';

conformance('webgpu', () => webgpuBackend(), { attention });
