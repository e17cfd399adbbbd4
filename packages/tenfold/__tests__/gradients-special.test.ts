import 'tenfold';
import { specialFunctions } from '@tenfold/testing/gradients';

specialFunctions('cpu');
