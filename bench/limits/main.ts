/**
 * `npm run bench:limits`: times every case, and says how many times longer it takes than its bytes or its arithmetic take
 * at the rates that this machine reaches. `--write` puts the table into docs/operation-limits.md.
 */

import { cpu } from '@tenfold/backend-cpu';
import { byteSize, getDevice } from '@tenfold/ir';
import { Tensor, manualSeed, realizeAll } from '@tenfold/tensor';
import { profile } from '@tenfold/tensor/profile';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { QUICK, THOROUGH, measure } from '../src/measure.ts';
import { describeMachine, thisMachine } from '../src/results.ts';
import { CASES } from './cases.ts';
import type { Case } from './cases.ts';
import { limitOf, measureRates } from './rates.ts';
import type { Rates, Row } from './rates.ts';
import { markdown } from './table.ts';

function tensorsOf(results: ReturnType<Case['call']>): readonly Tensor[] {
  return results instanceof Tensor ? [results] : Object.values(results);
}

async function run(of: Case, rates: Rates, quick: boolean): Promise<Row> {
  manualSeed(0);
  const inputs = of.inputs().map((input) => input.realize());
  const call = () => {
    const results = tensorsOf(of.call(...inputs));
    realizeAll(...results);
    for (const result of results) result.dispose();
  };
  const outputs = tensorsOf(of.call(...inputs));
  const bytes = [...inputs, ...outputs].reduce((sum, { numel, dtype }) => sum + numel * byteSize(dtype), 0);
  call();
  const { kernels } = await profile(call, { warmUp: 1, peaks: false });
  const [{ median }] = await measure([call], quick ? QUICK : { ...THOROUGH, seconds: 0.6, warmUpSeconds: 1 });
  return { of, milliseconds: median, limit: limitOf(bytes, of.fetches ?? 0, kernels, rates) };
}

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
cpu();
const { backend } = getDevice('cpu');
const rates = await measureRates(values.quick ? QUICK : THOROUGH);
const rows: Row[] = [];
for (const of of CASES) {
  if (positionals.length > 0 && !positionals.some((word) => `${of.group} ${of.name}`.includes(word)))
    continue;
  const row = await run(of, rates, values.quick ?? false);
  rows.push(row);
  const { milliseconds, by } = row.limit;
  console.log(`${of.group}: ${of.name}`.padEnd(60), row.milliseconds.toFixed(3).padStart(9), 'ms', (row.milliseconds / milliseconds).toFixed(2).padStart(7), by); // prettier-ignore
}
if (values.write) {
  const machine = describeMachine(thisMachine(backend.caps.threads, false));
  writeFileSync(new URL('../../docs/operation-limits.md', import.meta.url), markdown(rows, rates, machine));
}
process.exit(0);
