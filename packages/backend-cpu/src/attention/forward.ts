/**
 * The output of attention: a block of queries stays, keys and values stream past, and the softmax along each row is
 * kept up to date (FlashAttention-2, Dao 2023). The weights never leave the first cache.
 */

import { call, greater, i32, lesser, memory, v128 } from '../wasm/index.ts';
import type { FunctionBuilder, ModuleBuilder } from '../wasm/index.ts';
import type { AttentionSpec } from './spec.ts';
import { emitStoreLanes } from './store-lanes.ts';
import { countPanels, panelsOf, rowBytes, vectorOffsets } from './tiles.ts';
import type { Attention } from './unit-code.ts';
import { chooseBlocking, UnitCode } from './unit-code.ts';
import { emitAddMask, emitFinishSoftmax, emitHideLater, emitScale, emitSoftmax, LOWEST } from './weights.ts';

export function emitForward(module: ModuleBuilder, spec: AttentionSpec): Attention {
  const { name, queries, keys, depth, width, causal, query, key, value, mask } = spec;
  const batch = spec.batch.reduce((n, extent) => n * extent, 1);
  const { staying, streaming } = chooseBlocking(queries, batch, depth + width, spec);
  const { lanes: laneCount } = spec;
  const bytes = rowBytes(spec);
  const scale = emitScale(module, `${name}_scale`, spec);
  const softmax = emitSoftmax(module, `${name}_softmax`, spec);
  const finish = emitFinishSoftmax(module, `${name}_finish`, spec);
  const pitch = width + 1;
  const store = emitStoreLanes(module, `${name}_store`, spec, pitch, pitch);
  const unit = new UnitCode(module, spec);
  const { code, args, multiply, panelRows } = unit;
  const at = unit.at.bind(unit);

  const widthPanels = panelsOf(width, panelRows);
  const laneBytes = depth * bytes;
  // One more row than values have features is for the log-sum-exp.
  const sumBytes = (widthPanels * panelRows + 1) * bytes;
  const stateBytes = 2 * bytes;
  const blocks = staying / laneCount;
  const lanes = unit.region(blocks * laneBytes);
  const sums = unit.region(blocks * sumBytes);
  const states = unit.region(blocks * stateBytes);
  const keyPanels = unit.region(4 * streaming * depth);
  const valuePanels = unit.region(4 * streaming * widthPanels * panelRows);
  const scores = unit.region(streaming * bytes);
  const factor = unit.region(16);
  const spare = unit.region(4 * laneCount * pitch);
  const added = mask && {
    block: unit.region(streaming * bytes),
    pack: unit.pack(laneCount, mask.row, mask.column),
    add: emitAddMask(module, `${name}_mask`, spec),
  };
  const hideLater = causal ? emitHideLater(module, `${name}_hide`, spec, true) : undefined;

  code.emit(v128.store(factor, spec.scale(code as FunctionBuilder, args)));
  unit.overUnits(queries, staying, ({ batch: batchIndex, first, count }) => {
    const [queryBase, keyBase, valueBase] = [query, key, value].map((matrix) =>
      unit.base(matrix, batchIndex),
    );
    const maskBase = mask && unit.base(mask, batchIndex);
    unit.packTokens(lanes, query, at(queryBase, first, 4 * query.row), count, depth, laneCount);
    const laneBlocks = code.let(countPanels(count, laneCount));
    code.emit(call(scale, lanes, i32.mul(laneBlocks, depth), factor));
    code.emit(memory.fill(sums, 0, i32.mul(laneBlocks, sumBytes)));
    const state = code.let(states);
    unit.inSteps(count, laneCount, () => {
      for (const offset of vectorOffsets(spec)) {
        code.emit(v128.store(state, code.constants.f32x4(LOWEST), offset));
        code.emit(v128.store(state, code.constants.f32x4(0), bytes + offset));
      }
      code.increment(state, stateBytes);
    });

    const end = code.let(i32.add(first, count));
    const seen = causal ? lesser(end, keys) : i32.const(keys);
    unit.inSteps(seen, streaming, (start, length) => {
      unit.packTokens(keyPanels, key, at(keyBase, start, 4 * key.row), length, depth, panelRows);
      unit.packFeatures(valuePanels, value, at(valueBase, start, 4 * value.row), length, width);
      const [keyPanelBytes, valuePanelBytes] = [4 * depth * panelRows, i32.mul(length, 4 * panelRows)];
      unit.inSteps(count, laneCount, (lane, valid) => {
        const block = code.let(i32.div_u(lane, laneCount));
        const own = at(lanes, block, laneBytes);
        const [ownSums, ownState] = [at(sums, block, sumBytes), at(states, block, stateBytes)];
        const from = code.let(i32.add(first, lane));
        // How many keys of the block come no later than the last query of the lanes, and than the first.
        const ahead = code.let(i32.sub(from, start));
        const rows = code.let(causal ? lesser(code.let(i32.add(ahead, laneCount)), length) : length);
        code.block((nothing) => {
          if (causal) code.brIf(nothing, i32.le_s(rows, 0));
          const panels = countPanels(rows, panelRows);
          code.emit(call(multiply, keyPanels, own, depth, scores, panels, keyPanelBytes, 0));
          if (added && mask && maskBase) {
            const corner = i32.add(i32.mul(from, 4 * mask.row), i32.mul(start, 4 * mask.column));
            code.emit(call(added.pack, added.block, i32.add(maskBase, corner), rows, valid));
            code.emit(call(added.add, scores, added.block, rows));
          }
          if (hideLater) {
            const past = code.let(greater(code.let(i32.add(ahead, 1)), 0));
            code.emit(call(hideLater, at(scores, past, bytes), i32.sub(rows, past), i32.sub(past, ahead)));
          }
          code.emit(call(softmax, scores, rows, ownState, ownSums, width));
          code.emit(call(multiply, valuePanels, scores, rows, ownSums, widthPanels, valuePanelBytes, 1));
        });
      });
    });

    const result = at(spec.output(args), i32.add(i32.mul(batchIndex, queries), first), 4 * pitch);
    unit.inSteps(count, laneCount, (lane, valid) => {
      const block = code.let(i32.div_u(lane, laneCount));
      const ownSums = at(sums, block, sumBytes);
      code.emit(call(finish, at(states, block, stateBytes), ownSums, width));
      unit.storeBlock(at(result, lane, 4 * pitch), valid, pitch, spare, (to) =>
        code.emit(call(store, ownSums, to)),
      );
    });
  });
  const operations = 2 * (depth + width) * queries * keys * batch;
  const phase = { units: batch * Math.ceil(queries / staying), operations };
  return { phases: [phase], scratchBytes: 0, workspaceBytes: unit.workspaceBytes };
}
