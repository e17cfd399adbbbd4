/**
 * Contractions: on the GEMM template where both operands are tensors read at affine indices, as plain loops where they
 * are integers or where the product is too thin to be worth packing. An epilogue that the template cannot take runs as
 * a kernel of its own over a temporary.
 */

import type { AxisId, ContractKernel, LoopKernel, Value } from '@tenfold/ir';
import { add, byteSize, scale, variable } from '@tenfold/ir';
import { emitGemm, fixedStrides, greatest } from '../gemm/index.ts';
import type { Extent, GemmSpec } from '../gemm/index.ts';
import { call, i32 } from '../wasm/index.ts';
import type { Expr, Local } from '../wasm/index.ts';
import { argumentLayout } from './arguments.ts';
import type { ArgumentLayout } from './arguments.ts';
import { contractAsLoops, nest } from './contract-loops.ts';
import { simpleEpilogue } from './epilogue.ts';
import type { FunctionTarget, KernelFunctions, Phase } from './functions.ts';
import { loopFunctions } from './loop-functions.ts';
import { maxExtent } from './loop-plan.ts';
import { sourceOf } from './source.ts';

export function contractFunctions(
  kernel: ContractKernel,
  target: FunctionTarget,
  layout: ArgumentLayout = argumentLayout(kernel),
  scratchAt = 0,
): KernelFunctions {
  const compute = kernel.accumulators[0].dtype === 'float64' ? 'float64' : 'float32';
  const a = sourceOf(kernel, kernel.a, 'm', compute, layout);
  const b = sourceOf(kernel, kernel.b, 'n', compute, layout);
  if (!a || !b) return loopFunctions(contractAsLoops(kernel), target);
  const extents = axisExtents(kernel, layout);
  const product = {
    batch: extents.of(kernel.batch),
    m: extents.of(kernel.m),
    n: extents.of(kernel.n),
    k: extents.of(kernel.k),
    a,
    b,
  };
  const strided = [fixedStrides(a, product.m, product.k), fixedStrides(b, product.n, product.k)].every(
    Boolean,
  );
  if (!worthATemplate(kernel, strided && target.direct !== undefined) || (!strided && !target.tabled))
    return loopFunctions(contractAsLoops(kernel), target);
  const epilogue = simpleEpilogue(kernel, {
    module: target.module,
    relaxed: target.relaxed,
    pairing: target.pairing,
    layout,
  });
  if (!epilogue) return throughTemporary(kernel, target, layout);

  const index = target.reserve();
  const workspace = target.module.importFunction('env', 'workspace', { params: [], result: 'i32' });
  const spec: GemmSpec = {
    name: `f${index}`,
    compute,
    relaxed: target.relaxed,
    paired: target.pairing !== undefined,
    ...product,
    epilogue,
    workspace: () => call(workspace),
    scratch: {
      address: (args) => i32.add(i32.load(args, layout.scratch), scratchAt),
      name: () => `f${target.reserve()}`,
    },
  };
  const gemm = emitGemm(target.module, spec, target.tabled, target.direct);
  const [m, n] = [kernel.m, kernel.n].map((axes) => sizeOf(kernel, axes));
  const k = sizeOf(kernel, kernel.k);
  const batch = sizeOf(kernel, kernel.batch);
  const bytes = k * (m * byteSize(a.type) + n * byteSize(b.type));
  const whole = batch * Math.max((2 * m * n * k) / GIGAFLOPS, bytes / GIGABYTES);
  const phases = gemm.stages.map((stage, i): Phase => {
    // A second stage adds a few parts up.
    const time = i === 0 ? whole : gemm.scratchBytes / GIGABYTES;
    return {
      function: index + i,
      grid: (values) => stage.units((extent) => extents.value(extent, values)),
      grain: 1,
      nanoseconds: time / Math.max(1, stage.units(greatest)),
      coarse: stage.coarse,
    };
  });
  const { scratchBytes, workspaceBytes } = gemm;
  return { phases, scratch: () => scratchBytes, workspaceBytes };
}

/** The extents of axes for the template, and what a launch's parameters make of them. */
function axisExtents(kernel: ContractKernel, layout: ArgumentLayout) {
  const params = new Map<Extent, number>();
  const of = (axes: readonly AxisId[]): Extent[] =>
    axes.map((axis) => {
      const extent = kernel.axes[axis];
      if (typeof extent === 'number') return extent;
      const value = (args: Local<'i32'>): Expr<'i32'> => i32.load(args, layout.extent(extent.param));
      const dynamic: Extent = { max: extent.max, value };
      params.set(dynamic, extent.param);
      return dynamic;
    });
  const value = (extent: Extent, values: readonly number[]): number =>
    typeof extent === 'number' ? extent : values[params.get(extent) ?? 0];
  return { of, value };
}

/** Floating-point operations, and bytes, that one thread does in a nanosecond, for the split of the work. */
const GIGAFLOPS = 50;
const GIGABYTES = 25;
/** Below these sizes the template costs more than it brings; matrices need not be packed where they are thin. */
const THIN = 4;
const SMALL = 4096;

function worthATemplate(kernel: ContractKernel, takesThin: boolean): boolean {
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map((axes) => sizeOf(kernel, axes));
  return (takesThin || Math.min(m, n) >= THIN) && k >= 2 && m * n * k >= SMALL;
}

function sizeOf(kernel: ContractKernel, axes: readonly AxisId[]): number {
  return axes.reduce((size, axis) => size * maxExtent(kernel, axis), 1);
}

/**
 * The product into a temporary of its own, and the epilogue as a kernel over it. The temporary is one more operand:
 * that is where the argument block has the address of scratch memory. `lower` compiles the product where the template
 * shall not; scratch memory of its own begins behind the temporary.
 */
export function throughTemporary(
  kernel: ContractKernel,
  target: FunctionTarget,
  layout: ArgumentLayout,
  lower?: (product: ContractKernel, scratchAt: number) => KernelFunctions | undefined,
): KernelFunctions {
  const { batch, m, n, k, a, b, epilogue, ...shared } = kernel;
  const { dtype } = kernel.accumulators[0];
  const wide = dtype === 'float64' ? 'float64' : 'float32';
  const axes = [...batch, ...m, ...n];
  const elements = sizeOf(kernel, axes);
  const temporary = kernel.operands.length;
  const operands = [...kernel.operands, { dtype: wide, access: 'readwrite', elements } as const];
  const position = axes.reduce(
    (index, axis) => {
      const size = maxExtent(kernel, axis);
      return add(scale(index, size), variable(axis, size));
    },
    variable(0, 1),
  );
  const accumulators = [{ kind: 'sum', dtype: wide }] as const;
  const accumulated = kernel.values.length;
  const product: ContractKernel = {
    ...shared,
    kind: 'contract',
    operands,
    batch,
    m,
    n,
    k,
    a,
    b,
    accumulators,
    values: [...kernel.values, { op: 'acc', dtype: wide, acc: 0 }],
    epilogue: [{ kind: 'store', operand: temporary, index: position, guards: [], value: accumulated }],
  };
  const values = kernel.values.map((value): Value =>
    value.op === 'acc' ? { op: 'load', dtype: wide, operand: temporary, index: position, guards: [] } : value,
  );
  const body = nest(axes, 'parallel', epilogue);
  const rest: LoopKernel = { ...shared, kind: 'loop', operands, accumulators: [], values, body };
  const temporaryBytes = Math.ceil((elements * byteSize(wide)) / 64) * 64;
  const first =
    lower?.(product, temporaryBytes) ?? contractFunctions(product, target, layout, temporaryBytes);
  const second = loopFunctions(rest, target, layout);
  return {
    phases: [...first.phases, ...second.phases],
    scratch: (extents) => temporaryBytes + first.scratch(extents),
    workspaceBytes: Math.max(first.workspaceBytes, second.workspaceBytes),
  };
}
