import { conformance } from '@tenfold/testing';
import { CpuBackend } from '../src/index.ts';

conformance('cpu, one thread', () => new CpuBackend({ threads: 1 }));
conformance('cpu, three threads', () => new CpuBackend({ threads: 3 }));
conformance('cpu, without fused multiply-add', () => new CpuBackend({ threads: 1, relaxedSimd: false }));
