/**
 * The gradients of attention (the backward pass of FlashAttention-2, Dao 2023): a block of keys and values stays,
 * queries and their gradients stream past, and the weights are computed again from the log-sum-exp of each row. With P
 * and dS as the op table defines them, a key gets the sum of dS times the queries and a value the sum of P times the
 * gradients, in lanes. A query's sum of dS times the keys runs over what stays: dS is turned into panels, and what a part
 * of the keys gives is added up in scratch memory, from which `gradient-sums.ts` makes the gradient of queries.
 */

import { unreachable } from '@tenfold/ir';
import { call, greater, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { Expr, FunctionBuilder, Local, ModuleBuilder } from '../wasm/index.ts';
import { emitGradientSums } from './gradient-sums.ts';
import type { AttentionSpec, Matrix } from './spec.ts';
import { emitStoreLanes } from './store-lanes.ts';
import { countPanels, panelsOf, rowBytes } from './tiles.ts';
import type { Attention, AttentionPhase } from './unit-code.ts';
import { chooseBlocking, UnitCode } from './unit-code.ts';
import { emitAddMask, emitDifferentiate, emitHideLater, emitScale } from './weights.ts';

export function emitGradients(module: ModuleBuilder, spec: AttentionSpec): Attention {
  const { name, queries, keys, depth, width, causal, query, key, value, mask } = spec;
  const { lanes: laneCount, gradient, logSumExp, delta } = spec;
  if (!gradient || !logSumExp || !delta) return unreachable('gradients of attention without their inputs');
  const bytes = rowBytes(spec);
  const batch = spec.batch.reduce((n, extent) => n * extent, 1);
  const features = 3 * depth + 2 * width;
  const { staying, parts, streaming } = chooseBlocking(keys, batch, features, spec);
  const partKeys = staying * Math.ceil(Math.ceil(keys / staying) / parts);
  const partCount = Math.ceil(keys / partKeys);

  const scale = emitScale(module, `${name}_scale`, spec);
  const rowSteps = [4 * logSumExp.row, 4 * delta.row] as const;
  const differentiate = emitDifferentiate(module, `${name}_weights`, spec, rowSteps);
  const storeKeys = emitStoreLanes(module, `${name}_store_keys`, spec, depth, depth);
  const storeValues = emitStoreLanes(module, `${name}_store_values`, spec, width, width);
  const hideLater = causal ? emitHideLater(module, `${name}_hide`, spec, false) : undefined;
  const unit = new UnitCode(module, spec);
  const { code, args, multiply, panelRows } = unit;

  const [depthPanels, widthPanels] = [depth, width].map((size) => panelsOf(size, panelRows));
  const depthBlocks = panelsOf(depth, laneCount);
  const blocks = staying / laneCount;
  const [keyBytes, valueBytes] = [depth * bytes, width * bytes];
  const [keySumBytes, valueSumBytes] = [depthPanels, widthPanels].map((count) => count * panelRows * bytes);
  // A panel of changes has a step for every key that stays.
  const changeBytes = 4 * panelRows * staying;
  const keyLanes = unit.region(blocks * keyBytes);
  const valueLanes = unit.region(blocks * valueBytes);
  const keyColumns = unit.region(depthBlocks * staying * bytes);
  const keySums = unit.region(blocks * keySumBytes);
  const valueSums = unit.region(blocks * valueSumBytes);
  const queryPanels = unit.region(4 * streaming * depth);
  const gradientPanels = unit.region(4 * streaming * width);
  const queryFeatures = unit.region(4 * streaming * depthPanels * panelRows);
  const gradientFeatures = unit.region(4 * streaming * widthPanels * panelRows);
  const changes = unit.region(panelsOf(streaming, panelRows) * changeBytes);
  const scores = unit.region(streaming * bytes);
  const products = unit.region(streaming * bytes);
  const factor = unit.region(16);
  const spare = unit.region(4 * laneCount * Math.max(depth, width));
  const packColumns = unit.pack(laneCount, key.column, key.row);
  const packChanges = unit.pack(panelRows, laneCount, 1);
  const added = mask && {
    block: unit.region(streaming * bytes),
    pack: unit.pack(laneCount, mask.column, mask.row),
    add: emitAddMask(module, `${name}_mask`, spec),
  };

  // In scratch memory, for each unit: the sums of every query, in columns of lanes; tiles may run over the last query.
  const columnBytes = (queries + panelRows) * bytes;
  const partBytes = depthBlocks * columnBytes;
  const pitch = queries * depth + keys * (depth + width);
  const at = unit.at.bind(unit);
  const rowOf = (start: Local<'i32'>, matrix: Matrix, index: Expr<'i32'>) => at(start, index, 4 * matrix.row);

  code.emit(v128.store(factor, spec.scale(code as FunctionBuilder, args)));
  unit.overUnits(keys, partKeys, (here) => {
    const inputs = [query, key, value, gradient, logSumExp, delta];
    const [queryBase, keyBase, valueBase, gradientBase, logBase, deltaBase] = inputs.map((matrix) =>
      unit.base(matrix, here.batch),
    );
    const maskBase = mask && unit.base(mask, here.batch);
    const querySums = at(spec.scratch(args), here.unit, partBytes);
    code.emit(memory.fill(querySums, 0, partBytes));
    const result = at(spec.output(args), here.batch, 4 * pitch);

    unit.inSteps(here.count, staying, (partStart, count) => {
      const first = code.let(i32.add(here.first, partStart));
      const firstKey = rowOf(keyBase, key, first);
      const laneBlocks = code.let(countPanels(count, laneCount));
      unit.packTokens(keyLanes, key, firstKey, count, depth, laneCount);
      unit.packTokens(valueLanes, value, rowOf(valueBase, value, first), count, width, laneCount);
      unit.inSteps(i32.const(depth), laneCount, (column, valid) => {
        const target = at(keyColumns, i32.div_u(column, laneCount), staying * bytes);
        code.emit(call(packColumns, target, at(firstKey, column, 4 * key.column), count, valid));
      });
      code.emit(call(scale, keyLanes, i32.mul(laneBlocks, depth), factor));
      code.emit(memory.fill(keySums, 0, i32.mul(laneBlocks, keySumBytes)));
      code.emit(memory.fill(valueSums, 0, i32.mul(laneBlocks, valueSumBytes)));

      // Earlier queries see none of a causal attention's keys.
      const begin = code.let(causal ? first : i32.const(0));
      unit.inSteps(i32.sub(queries, begin), streaming, (step, length) => {
        const start = code.let(i32.add(begin, step));
        const firstQuery = rowOf(queryBase, query, start);
        const firstGradient = rowOf(gradientBase, gradient, start);
        unit.packTokens(queryPanels, query, firstQuery, length, depth, panelRows);
        unit.packTokens(gradientPanels, gradient, firstGradient, length, width, panelRows);
        unit.packFeatures(queryFeatures, query, firstQuery, length, depth);
        unit.packFeatures(gradientFeatures, gradient, firstGradient, length, width);
        const featureBytes = code.let(i32.mul(length, 4 * panelRows));
        const seen = code.let(
          causal ? lesser(code.let(i32.sub(i32.add(start, length), first)), count) : count,
        );

        unit.inSteps(seen, laneCount, (lane, valid) => {
          const block = code.let(i32.div_u(lane, laneCount));
          const from = code.let(i32.add(first, lane));
          const skipped = code.let(i32.const(0));
          if (causal) {
            const before = code.let(greater(code.let(i32.sub(from, start)), 0));
            code.set(skipped, i32.sub(before, i32.rem_u(before, panelRows)));
          }
          const rows = code.let(i32.sub(length, skipped));
          const panels = code.let(countPanels(rows, panelRows));
          const product = (panel: Local<'i32'>, own: Expr<'i32'>, size: number, target: Local<'i32'>) => {
            const skippedPanels = at(panel, skipped, 4 * size);
            code.emit(call(multiply, skippedPanels, own, size, target, panels, 4 * size * panelRows, 0));
          };
          product(queryPanels, at(keyLanes, block, keyBytes), depth, scores);
          product(gradientPanels, at(valueLanes, block, valueBytes), width, products);
          const firstRow = code.let(i32.add(start, skipped));
          if (added && mask && maskBase) {
            const corner = i32.add(i32.mul(from, 4 * mask.column), i32.mul(firstRow, 4 * mask.row));
            code.emit(call(added.pack, added.block, i32.add(maskBase, corner), rows, valid));
            code.emit(call(added.add, scores, added.block, rows));
          }
          if (hideLater) {
            // Only the first queries come before the last key of the lanes.
            const border = code.let(i32.sub(from, firstRow));
            const some = code.let(lesser(code.let(i32.add(border, laneCount - 1)), rows));
            code.emit(call(hideLater, scores, some, i32.sub(0, border)));
          }
          const [logs, deltas] = [at(logBase, firstRow, rowSteps[0]), at(deltaBase, firstRow, rowSteps[1])];
          code.emit(call(differentiate, scores, products, rows, logs, deltas));

          const accumulate = (
            panel: Local<'i32'>,
            weights: Local<'i32'>,
            sums: Expr<'i32'>,
            count: number,
          ) => {
            const skippedRows = at(panel, skipped, 4 * panelRows);
            code.emit(call(multiply, skippedRows, weights, rows, sums, count, featureBytes, 1));
          };
          accumulate(queryFeatures, products, at(keySums, block, keySumBytes), depthPanels);
          accumulate(gradientFeatures, scores, at(valueSums, block, valueSumBytes), widthPanels);

          const target = at(changes, lane, 4 * panelRows);
          if (causal) {
            unit.inSteps(skipped, panelRows, () => {
              code.emit(memory.fill(target, 0, 4 * panelRows * laneCount));
              code.increment(target, changeBytes);
            });
          }
          unit.inSteps(rows, panelRows, (row, validRows) => {
            code.emit(call(packChanges, target, at(products, row, bytes), laneCount, validRows));
            code.increment(target, changeBytes);
          });
        });

        unit.inSteps(i32.const(depthBlocks), 1, (column) => {
          const columns = at(keyColumns, column, staying * bytes);
          const sums = at(at(querySums, column, columnBytes), start, bytes);
          const panels = countPanels(length, panelRows);
          code.emit(call(multiply, changes, columns, seen, sums, panels, changeBytes, 1));
        });
      });

      code.emit(call(scale, keySums, i32.mul(laneBlocks, depthPanels * panelRows), factor));
      const keyResult = at(i32.add(result, 4 * queries * depth), first, 4 * depth);
      const valueResult = at(i32.add(result, 4 * (queries + keys) * depth), first, 4 * width);
      unit.inSteps(count, laneCount, (lane, valid) => {
        const block = code.let(i32.div_u(lane, laneCount));
        unit.storeBlock(at(keyResult, lane, 4 * depth), valid, depth, spare, (to) =>
          code.emit(call(storeKeys, at(keySums, block, keySumBytes), to)),
        );
        unit.storeBlock(at(valueResult, lane, 4 * width), valid, width, spare, (to) =>
          code.emit(call(storeValues, at(valueSums, block, valueSumBytes), to)),
        );
      });
    });
  });

  const units = batch * partCount;
  const sums = emitGradientSums(module, spec, { parts: partCount, columnBytes, partBytes, pitch });
  const first: AttentionPhase = { units, operations: 2 * (3 * depth + 2 * width) * queries * keys * batch };
  return { phases: [first, sums], scratchBytes: units * partBytes, workspaceBytes: unit.workspaceBytes };
}
