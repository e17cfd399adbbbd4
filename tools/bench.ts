/**
 * `npm run bench`: times the workloads of tools/bench/ and prints a table.
 *
 *   npm run bench -- matmul                  only those whose name contains "matmul"
 *   npm run bench -- --seconds 5             longer, for quieter numbers
 *   npm run bench -- --json before.json      also as JSON, to compare two versions
 *
 * On the CPU a result is there when `realize()` returns. Numbers are of this machine, at this moment, with
 * whatever else it is doing.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { networks } from './bench/networks.ts';
import { operations } from './bench/operations.ts';
import { measure, type Measurement } from './lib/measure.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '2' }, json: { type: 'string' } },
});
const wanted = [...operations, ...networks].filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
if (wanted.length === 0) {
  console.error(`no workload is called anything like ${positionals.join(' or ')}`);
  process.exit(2);
}

const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`;
console.log(`${machine}\n`);
console.log(`${'workload'.padEnd(44)}${'median'.padStart(11)}${'spread'.padStart(11)}${'rate'.padStart(20)}`);
const measurements: Measurement[] = [];
for (const workload of wanted) {
  const measurement = await measure(workload, { seconds: Number(values.seconds) });
  measurements.push(measurement);
  const { name, medianMs, spreadMs, rate } = measurement;
  console.log(`${name.padEnd(44)}${ms(medianMs)}${ms(spreadMs)}${(rate ?? '').padStart(20)}`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, measurements }, null, 2)}\n`);

function ms(value: number): string {
  return `${value.toFixed(3)} ms`.padStart(11);
}
