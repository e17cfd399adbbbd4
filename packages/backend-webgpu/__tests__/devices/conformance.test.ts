import { conformance } from '@tenfold/testing';
import { webgpuBackend } from '../../src/index.ts';

const backend = await webgpuBackend({ dawn: ['backend=vulkan'] });
backend.dispose = () => undefined;
conformance('webgpu', () => backend);
