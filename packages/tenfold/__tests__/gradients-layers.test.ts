import 'tenfold';
import { everyLayer } from '@tenfold/testing/gradients';

everyLayer('cpu');
