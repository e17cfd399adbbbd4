/** Gradient checks of every differentiable operation, for any device that is registered as the default one. */

export { gradientSuite } from './suite.ts';
export { everyLayer } from './every-layer.ts';
export { specialFunctions } from './special-functions.ts';
