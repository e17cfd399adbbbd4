/**
 * The gradients of attention, of queries by one kernel and of keys and values by another, so that no two threads add to
 * the same sums (the backward pass of FlashAttention-2, Dao 2023). The tokens whose gradients are wanted stay; the
 * others stream past, and the weights are computed again from the log-sum-exp of each row.
 *
 * With a staying and a streaming token's features and seconds (a query has its gradient, a key its value), the scores
 * are products of features, dP products of seconds, dS = P · (dP - delta); a staying token gets the sum of dS times the
 * other's features, and a key the sum of P times the gradient for its value.
 */

import { unreachable } from '@tenfold/ir';
import { call, greater, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, ModuleBuilder } from '../wasm/index.ts';
import type { AttentionSpec } from './spec.ts';
import { emitStoreLanes } from './store-lanes.ts';
import { countPanels, panelsOf, rowBytes } from './tiles.ts';
import type { AttentionFunction } from './unit-code.ts';
import { chooseBlocking, UnitCode } from './unit-code.ts';
import { emitAddMask, emitDifferentiate, emitHideLater, emitScale } from './weights.ts';

export function emitGradients(module: ModuleBuilder, spec: AttentionSpec): AttentionFunction {
  const { name, queries, keys, depth, width, causal, mask, gradient, logSumExp, delta } = spec;
  if (!gradient || !logSumExp || !delta) return unreachable('a gradient of attention without its inputs');
  const byKeys = spec.result === 'keyValueGradient';
  const ofQueries = { tokens: queries, features: spec.query, seconds: gradient };
  const ofKeys = { tokens: keys, features: spec.key, seconds: spec.value };
  const [stay, stream] = byKeys ? [ofKeys, ofQueries] : [ofQueries, ofKeys];
  const batch = spec.batch.reduce((n, extent) => n * extent, 1);
  const blocking = chooseBlocking(stay.tokens, batch, 2 * (depth + width), spec);
  const { staying, streaming } = blocking;
  const { lanes: laneCount } = spec;
  const bytes = rowBytes(spec);

  const scale = emitScale(module, `${name}_scale`, spec);
  const rowSteps = [4 * logSumExp.row, 4 * delta.row] as const;
  const differentiate = emitDifferentiate(module, `${name}_weights`, spec, byKeys ? rowSteps : undefined);
  const pitch = byKeys ? depth + width : depth;
  const storeFeatures = emitStoreLanes(module, `${name}_store`, spec, depth, pitch);
  const storeSeconds = byKeys
    ? emitStoreLanes(module, `${name}_store_values`, spec, width, pitch)
    : undefined;
  const hideLater = causal ? emitHideLater(module, `${name}_hide`, spec, !byKeys) : undefined;
  const unit = new UnitCode(module, spec);
  const { code, args, multiply, panelRows } = unit;

  const [depthPanels, widthPanels] = [depth, width].map((features) => panelsOf(features, panelRows));
  const blocks = staying / laneCount;
  const featureBytes = depth * bytes;
  const secondBytes = width * bytes;
  const sumBytes = depthPanels * panelRows * bytes;
  const secondSumBytes = byKeys ? widthPanels * panelRows * bytes : 0;
  const lanes = unit.region(blocks * featureBytes);
  const secondLanes = unit.region(blocks * secondBytes);
  const sums = unit.region(blocks * sumBytes);
  const secondSums = unit.region(blocks * secondSumBytes);
  const [logs, deltas] = [0, 0].map(() => unit.region(byKeys ? 0 : blocks * bytes));
  const tokenPanels = unit.region(4 * streaming * depth);
  const secondPanels = unit.region(4 * streaming * width);
  const featurePanels = unit.region(4 * streaming * depthPanels * panelRows);
  const secondFeaturePanels = unit.region(byKeys ? 4 * streaming * widthPanels * panelRows : 0);
  const scores = unit.region(streaming * bytes);
  const products = unit.region(streaming * bytes);
  const factor = unit.region(16);
  const spare = unit.region(4 * laneCount * pitch);
  const [maskLane, maskRow] = mask ? (byKeys ? [mask.column, mask.row] : [mask.row, mask.column]) : [0, 0];
  const added = mask && {
    block: unit.region(streaming * bytes),
    pack: unit.pack(laneCount, maskLane, maskRow),
    add: emitAddMask(module, `${name}_mask`, spec),
  };

  code.emit(v128.store(factor, spec.scale(code as FunctionBuilder, args)));
  unit.overUnits(stay.tokens, blocking, ({ batch: at, first, count }) => {
    const bases = [stay.features, stay.seconds, stream.features, stream.seconds, logSumExp, delta];
    const [stayBase, staySecondBase, base, secondBase, logBase, deltaBase] = bases.map((matrix) =>
      unit.base(matrix, at),
    );
    const maskBase = mask && unit.base(mask, at);
    const after = (start: typeof stayBase, row: number) => code.let(i32.add(start, i32.mul(first, 4 * row)));
    unit.packTokens(lanes, stay.features, after(stayBase, stay.features.row), count, depth, laneCount);
    unit.packTokens(
      secondLanes,
      stay.seconds,
      after(staySecondBase, stay.seconds.row),
      count,
      width,
      laneCount,
    );
    if (!byKeys) {
      unit.packTokens(logs, logSumExp, after(logBase, logSumExp.row), count, 1, laneCount);
      unit.packTokens(deltas, delta, after(deltaBase, delta.row), count, 1, laneCount);
    }
    const laneBlocks = code.let(countPanels(count, laneCount));
    code.emit(call(scale, lanes, i32.mul(laneBlocks, depth), factor));
    code.emit(memory.fill(sums, 0, i32.mul(laneBlocks, sumBytes)));
    if (byKeys) code.emit(memory.fill(secondSums, 0, i32.mul(laneBlocks, secondSumBytes)));

    // Of a causal attention, queries see no later keys, and keys are seen by no earlier queries.
    const begin = code.let(causal && byKeys ? first : i32.const(0));
    const end = code.let(i32.add(first, count));
    const seen = causal && !byKeys ? lesser(end, stream.tokens) : i32.const(stream.tokens);
    unit.inSteps(i32.sub(seen, begin), streaming, (step, length) => {
      const start = code.let(i32.add(begin, step));
      const features = code.let(i32.add(base, i32.mul(start, 4 * stream.features.row)));
      const seconds = code.let(i32.add(secondBase, i32.mul(start, 4 * stream.seconds.row)));
      unit.packTokens(tokenPanels, stream.features, features, length, depth, panelRows);
      unit.packTokens(secondPanels, stream.seconds, seconds, length, width, panelRows);
      unit.packFeatures(featurePanels, stream.features, features, length, depth);
      if (byKeys) unit.packFeatures(secondFeaturePanels, stream.seconds, seconds, length, width);
      const panelBytes = code.let(i32.mul(length, 4 * panelRows));
      unit.inSteps(count, laneCount, (lane, valid) => {
        const block = code.let(i32.div_u(lane, laneCount));
        const part = (region: typeof lanes, bytes: number) => i32.add(region, i32.mul(block, bytes));
        const from = code.let(i32.add(first, lane));
        // How far the lanes are ahead of the block; which of its tokens matter: rows of them from `skipped` on.
        const ahead = code.let(i32.sub(from, start));
        const skipped = code.let(i32.const(0));
        const rows = code.let(length);
        if (causal && byKeys) {
          const before = code.let(greater(ahead, 0));
          code.set(skipped, i32.sub(before, i32.rem_u(before, panelRows)));
          code.set(rows, i32.sub(length, skipped));
        } else if (causal) {
          code.set(rows, lesser(code.let(i32.add(ahead, laneCount)), length));
        }
        code.block((nothing) => {
          if (causal) code.brIf(nothing, i32.le_s(rows, 0));
          const panels = code.let(countPanels(rows, panelRows));
          const panel = (region: typeof lanes, features: number) =>
            i32.add(region, i32.mul(skipped, 4 * features));
          const product = (region: typeof lanes, own: typeof lanes, size: number, to: typeof lanes) =>
            code.emit(
              call(
                multiply,
                panel(region, size),
                part(own, size * bytes),
                size,
                to,
                panels,
                4 * size * panelRows,
                0,
              ),
            );
          product(tokenPanels, lanes, depth, scores);
          product(secondPanels, secondLanes, width, products);
          const firstRow = code.let(i32.add(start, skipped));
          if (added && maskBase) {
            const corner = i32.add(i32.mul(from, 4 * maskLane), i32.mul(firstRow, 4 * maskRow));
            code.emit(call(added.pack, added.block, i32.add(maskBase, corner), rows, valid));
            code.emit(call(added.add, scores, added.block, rows));
          }
          if (hideLater && byKeys) {
            // Only the first queries come before the last key of the lanes.
            const border = code.let(i32.sub(from, firstRow));
            const some = code.let(lesser(code.let(i32.add(border, laneCount - 1)), rows));
            code.emit(call(hideLater, scores, some, i32.sub(0, border)));
          } else if (hideLater) {
            const past = code.let(greater(code.let(i32.add(ahead, 1)), 0));
            const later = code.let(i32.add(scores, i32.mul(past, bytes)));
            code.emit(call(hideLater, later, i32.sub(rows, past), i32.sub(past, ahead)));
          }
          const [log, difference] = byKeys
            ? [
                i32.add(logBase, i32.mul(firstRow, rowSteps[0])),
                i32.add(deltaBase, i32.mul(firstRow, rowSteps[1])),
              ]
            : [part(logs, bytes), part(deltas, bytes)];
          code.emit(call(differentiate, scores, products, rows, log, difference));
          const accumulate = (
            region: typeof lanes,
            from: typeof lanes,
            to: typeof lanes,
            bytes: number,
            count: number,
          ) =>
            code.emit(
              call(multiply, panel(region, panelRows), from, rows, part(to, bytes), count, panelBytes, 1),
            );
          accumulate(featurePanels, products, sums, sumBytes, depthPanels);
          if (byKeys) accumulate(secondFeaturePanels, scores, secondSums, secondSumBytes, widthPanels);
        });
      });
    });

    code.emit(call(scale, sums, i32.mul(laneBlocks, depthPanels * panelRows), factor));
    const result = code.let(
      i32.add(spec.output(args), i32.mul(i32.add(i32.mul(at, stay.tokens), first), 4 * pitch)),
    );
    unit.inSteps(count, laneCount, (lane, valid) => {
      const block = code.let(i32.div_u(lane, laneCount));
      unit.storeBlock(i32.add(result, i32.mul(lane, 4 * pitch)), valid, pitch, spare, (to) => {
        code.emit(call(storeFeatures, i32.add(sums, i32.mul(block, sumBytes)), to));
        if (!storeSeconds) return;
        const own = i32.add(secondSums, i32.mul(block, secondSumBytes));
        code.emit(call(storeSeconds, own, i32.add(to, 4 * depth)));
      });
    });
  });
  return { units: batch * blocking.units, workspaceBytes: unit.workspace.bytes };
}
