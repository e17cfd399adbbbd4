/** Runs the forward pass in Node; the exit code says whether the numbers were right. */
import { strictEqual } from 'node:assert';
import { expected, forward } from './forward.mjs';

strictEqual(JSON.stringify(await forward()), JSON.stringify(expected));
