/**
 * Translates the keys and layouts of somebody else's weights into those of a model here: renames, prefixes,
 * regular expressions, transposes. A mapper is a list of rules and never changes; every method returns a new one.
 */

import type { StateDict, Tensor } from '@tenfold/tensor/base';
import {
  excludeRule,
  prefixRule,
  renameRule,
  selectRule,
  transformRule,
  transposeRule,
} from './mapper-rule.ts';
import type { KeyMatcher, MapperRule, TensorChange } from './mapper-rule.ts';
import { MappingExplanation } from './mapping-explanation.ts';
import { checkPlan, planMapping } from './mapping-plan.ts';
import { quote } from './messages.ts';
import { stateDictEntries } from './state-dict.ts';
import type { StateDictLike } from './state-dict.ts';

export interface MapOptions {
  /** Whether a rule that names a key outright must find it (default true). */
  readonly strict?: boolean;
}

/**
 * Rules are applied in the order in which they were added; each sees a key as the rules before it left it.
 *
 * ```ts
 * const mapper = new StateDictMapper()
 *   .stripPrefix('module.')
 *   .rename(/^layers\.(\d+)\.fc\./, 'blocks.$1.linear.')
 *   .transposePattern(/^blocks\.\d+\.linear\.weight$/)
 *   .excludeKeys(/num_batches_tracked$/);
 * console.log(mapper.explain(stateDict));
 * model.loadStateDict(mapper.map(stateDict));
 * ```
 */
export class StateDictMapper {
  readonly #rules: readonly MapperRule[];

  /** Without rules: a mapper that leaves everything as it is. */
  constructor(rules: readonly MapperRule[] = []) {
    this.#rules = rules;
  }

  /**
   * Renames one key, or every key in which a regular expression matches: `to` replaces the match and may contain
   * `$1`, `$<name>` and the other patterns of `String.replace`.
   */
  rename(from: KeyMatcher, to: string): StateDictMapper {
    return this.#with(renameRule(from, to));
  }

  /** Replaces a prefix. It is taken literally, so end it with the dot: `renamePrefix('bert.', 'encoder.')`. */
  renamePrefix(from: string, to: string): StateDictMapper {
    return this.#with(prefixRule(`renamePrefix(${quote(from)}, ${quote(to)})`, from, to));
  }

  /** Removes a prefix where there is one, for example the `module.` of DataParallel. */
  stripPrefix(prefix: string): StateDictMapper {
    return this.#with(prefixRule(`stripPrefix(${quote(prefix)})`, prefix, ''));
  }

  /** Puts a prefix before every key. */
  addPrefix(prefix: string): StateDictMapper {
    return this.#with(prefixRule(`addPrefix(${quote(prefix)})`, '', prefix));
  }

  /**
   * Transposes the matrix of one key, or reorders the axes of its tensor: `[3, 2, 0, 1]` takes a convolution
   * from `[kH, kW, in, out]` to `[out, in, kH, kW]`. A ShapeError names a tensor that does not fit.
   */
  transpose(key: string, axes?: readonly number[]): StateDictMapper {
    return this.#with(transposeRule('transpose', key, axes));
  }

  /** `transpose` for every key in which the regular expression matches. */
  transposePattern(pattern: RegExp, axes?: readonly number[]): StateDictMapper {
    return this.#with(transposeRule('transposePattern', pattern, axes));
  }

  /** Keeps the keys that one of the names or regular expressions takes, and drops the others. */
  selectKeys(...keys: readonly KeyMatcher[]): StateDictMapper {
    return this.#with(selectRule(keys));
  }

  /** Drops the keys that one of the names or regular expressions takes. */
  excludeKeys(...keys: readonly KeyMatcher[]): StateDictMapper {
    return this.#with(excludeRule(keys));
  }

  /** Replaces the tensor of one key, or of every key in which a regular expression matches, by what `fn` returns. */
  transform(key: KeyMatcher, fn: TensorChange): StateDictMapper {
    return this.#with(transformRule(key, fn));
  }

  /** This mapper, and then the other one on its result. */
  andThen(next: StateDictMapper): StateDictMapper {
    return new StateDictMapper([...this.#rules, ...next.#rules]);
  }

  /**
   * The mapped state dict, in the order of the original; the original is unchanged. Raises a StateDictError that
   * names every group of keys which would get the same name, and every key that a rule names but does not find.
   */
  map(stateDict: StateDictLike, { strict = true }: MapOptions = {}): StateDict {
    const tensors = new Map(stateDictEntries(stateDict));
    const plan = planMapping(this.#rules, [...tensors.keys()]);
    checkPlan(plan, strict);
    const mapped = new Map<string, Tensor>();
    for (const { from, to, changes } of plan.keys) {
      if (to === undefined) continue;
      mapped.set(
        to,
        changes.reduce((tensor, { change, key }) => change(tensor, key), tensors.get(from)!),
      );
    }
    return mapped;
  }

  /** What `map` would do to every key of a state dict, or to these keys, without looking at a tensor. */
  explain(keys: StateDictLike | Iterable<string>): MappingExplanation {
    return new MappingExplanation(planMapping(this.#rules, keyNames(keys)));
  }

  #with(rule: MapperRule): StateDictMapper {
    return new StateDictMapper([...this.#rules, rule]);
  }
}

function keyNames(keys: StateDictLike | Iterable<string>): string[] {
  if (keys instanceof Map) return [...keys.keys()];
  return isIterable(keys) ? [...keys] : Object.keys(keys);
}

function isIterable(keys: StateDictLike | Iterable<string>): keys is Iterable<string> {
  return Symbol.iterator in keys;
}
