import { valuesSuite } from '@tenfold/testing/semantics';
import { webgpu } from '../../src/index.ts';

await webgpu();
valuesSuite('webgpu');
