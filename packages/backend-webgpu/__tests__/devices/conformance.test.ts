import { conformance } from '@tenfold/testing';
import { webgpuBackend } from '../../src/index.ts';

conformance('webgpu', () => webgpuBackend());
