import { conformance } from '@tenfold/testing';
import { cpuBackend as leanBackend } from '../src/base.ts';
import { cpuBackend } from '../src/index.ts';

conformance('cpu, one thread', () => cpuBackend({ threads: 1 }));
conformance('cpu, three threads', () => cpuBackend({ threads: 3 }));
conformance('cpu, without fused multiply-add', () => cpuBackend({ threads: 1, relaxedSimd: false }));
conformance('cpu, without special lowerings', () => leanBackend({ threads: 1 }));
