/** The module that `tools/parity/surface-plugin.ts` makes. */
declare module 'virtual:surface' {
  import type { Surface } from './surface-types.ts';
  const surface: Surface;
  export default surface;
}
