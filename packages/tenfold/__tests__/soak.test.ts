import 'tenfold';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { longLoopSuite, memorySuite } from '@tenfold/testing/semantics';

/** Forces a collection, as `--expose-gc` allows; the flag is only set when this is called. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

memorySuite('cpu', 2000);
memorySuite('cpu', 1000, collect);
longLoopSuite('cpu', 10_000, collect);
