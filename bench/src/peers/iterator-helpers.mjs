/** Iterator helpers, which Node has from 22 on and jax-js' parser of subscripts calls. */

export function polyfillIterators() {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  prototype.map ??= function* (fn) {
    for (const x of this) yield fn(x);
  };
  prototype.filter ??= function* (fn) {
    for (const x of this) if (fn(x)) yield x;
  };
  for (const name of ['some', 'every', 'reduce', 'forEach', 'find']) {
    prototype[name] ??= function (...args) {
      return [...this][name](...args);
    };
  }
  prototype.toArray ??= function () {
    return [...this];
  };
}
