import { describe, expect, test } from 'vitest';
import { add, count, failed, fromProblems, passed, skipped } from '../lib/outcome.ts';

describe('outcomes', () => {
  test('are counted by status', () => {
    const outcomes = [passed('a'), failed('b', 'why'), skipped('c', 'why'), passed('d')];
    expect(count(outcomes)).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  test('a list of problems is one failure, an empty list passes', () => {
    expect(fromProblems('a', [])).toMatchObject({ status: 'passed' });
    expect(fromProblems('a', ['x', 'y'])).toMatchObject({ status: 'failed', detail: 'x\ny' });
  });

  test('counts add up', () => {
    const sum = add({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 });
    expect(sum).toEqual({ passed: 11, failed: 22, skipped: 33 });
  });
});
