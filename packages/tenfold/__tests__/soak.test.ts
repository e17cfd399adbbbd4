import 'tenfold';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { heapSuite, memorySuite } from '@tenfold/testing/semantics';

memorySuite('cpu', 2000);

// The memory suite above runs before the collector can be called, as programs do.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
heapSuite('cpu', 10_000, collect);
