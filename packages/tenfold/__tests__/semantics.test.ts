import 'tenfold';
import { valuesSuite } from '@tenfold/testing/semantics';

valuesSuite('cpu');
