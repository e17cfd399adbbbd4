import { conformance } from '@tenfold/testing';
import { CpuBackend } from '../src/backend.ts';
import { cpuBackend } from '../src/index.ts';
import { sorting } from '../src/sort/lowering.ts';

conformance('cpu, one thread', () => cpuBackend({ threads: 1 }));
conformance('cpu, three threads', () => cpuBackend({ threads: 3 }));
conformance('cpu, without fused multiply-add', () => cpuBackend({ threads: 1, relaxedSimd: false }));
// Sorting is the one lowering that has no general template.
conformance('cpu, without special lowerings', () => new CpuBackend({}, { lowerings: [sorting] }));
