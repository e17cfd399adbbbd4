/** Calls of PyTorch's table that PyTorch refuses: Tenfold refuses them too, with an error of its own that names the operation. */

import { TenfoldError } from '@tenfold/ir';
import type { OpError, OpFamily } from '../../fixtures.ts';
import { tensorOf, tensorsIn } from '../calls.ts';
import { canHold, onDevice } from '../device.ts';
import { acceptanceOf } from './deviations.ts';
import { expectedClass, missingFrom } from './error-classes.ts';
import type { Operation } from './operations.ts';
import { labelOf, perform } from './replay.ts';
import { byOperation, eachOperation } from './suite.ts';
import { translate } from './translate.ts';

/** Refused calls on a device that is registered, one test an operation. */
export function opinfoErrors(device: string, families: readonly OpFamily[]): void {
  for (const family of families) {
    onDevice(device, `opinfo/${family}`, async ({ errors }) => {
      const groups = await byOperation<OpError>(errors.filter(canHold(device)));
      eachOperation('errors of ', groups, async ({ operation, records }) => {
        const problems: string[] = [];
        for (const call of records) {
          const found = await errorProblem(operation, call);
          const isTaken = found === NOTHING;
          const problem = acceptanceOf(call)
            ? isTaken
              ? undefined
              : 'is refused, and listed as taken'
            : found;
          if (problem) problems.push(`${labelOf(call)}: ${problem}; PyTorch: ${call.message}`);
        }
        return problems;
      });
    });
  }
}

const NOTHING = 'raises nothing';

/** Why the error is not what it should be, or undefined when it is. */
async function errorProblem(operation: Operation, call: OpError): Promise<string | undefined> {
  // TypeScript refuses what no signature takes.
  if ('problem' in translate(call.op, operation.signatures, call.args)) return undefined;
  try {
    const result = await perform(operation, call, call.inputs.map((x) => tensorOf(x))); // prettier-ignore
    for (const tensor of tensorsIn(result)) await tensor.data();
  } catch (error) {
    if (!(error instanceof TenfoldError)) return `raises ${String(error)}`;
    const expected = expectedClass(call);
    if (!(error instanceof expected)) return `raises ${String(error)}, expected a ${expected.name}`;
    if (!error.message.includes(operation.name)) return `the message does not name it: ${error.message}`;
    const missing = missingFrom(error);
    return missing && `the message does not say ${missing}: ${error.message}`;
  }
  return NOTHING;
}
