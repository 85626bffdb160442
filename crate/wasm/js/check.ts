/** Checks of arguments: what TypeScript promises, JavaScript does not. Each names the argument. */

import { invalid } from './failing.js';

/** Positions and versions are counted in 32 bits. */
const MAX_PLACE = 0xffff_ffff;

export function checkObject(value: unknown, field: string): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, 'must be an object');
  }
}

export function checkList(value: unknown, field: string): asserts value is unknown[] {
  if (!Array.isArray(value)) throw invalid(field, 'must be a list');
}

/** What crosses to Rust as a text must be one: Rust would read any memory otherwise. */
export function checkText(value: unknown, field: string): asserts value is string {
  if (typeof value !== 'string') throw invalid(field, 'must be a text');
  if (!isWellFormed(value))
    throw invalid(field, 'must be well-formed Unicode: it holds half a surrogate pair');
}

/** What a store is opened by; Rust judges the words. */
export function checkNames(name: unknown, storage: unknown, durability: unknown): void {
  checkText(name, 'name');
  if (name === '') throw invalid('name', 'must not be empty');
  checkText(storage, 'storage');
  checkText(durability, 'durability');
}

export function checkFunction(value: unknown, field: string): void {
  if (typeof value !== 'function') throw invalid(field, 'must be a function');
}

/** A position, a version: a whole number; left out, when it may be. */
export function checkPlace(value: number | undefined, field: string): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= MAX_PLACE)) {
    throw invalid(field, `must be a whole number from 0 to ${MAX_PLACE}`);
  }
}

/** Where a reading of the log begins: `after` goes forward, `before` backward. */
export function checkPlaces(direction: string, after: number | undefined, before: number | undefined): void {
  checkPlace(after, 'after');
  checkPlace(before, 'before');
  const forward = direction === 'forward';
  if (forward && before !== undefined) throw invalid('before', "goes with direction 'backward'");
  if (!forward && after !== undefined) throw invalid('after', "goes with direction 'forward'");
}

export function checkLimit(limit: number): void {
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isInteger(limit) && limit >= 1)) {
    throw invalid('limit', 'must be a whole number of 1 or more');
  }
}

/** Options that cannot cross to Rust. */
export function checkWatchers({ signal, onProgress }: { signal?: unknown; onProgress?: unknown }): void {
  // Not `instanceof`: it may come from another frame.
  const isSignal = typeof signal === 'object' && signal !== null && 'aborted' in signal;
  if (signal !== undefined && !isSignal) throw invalid('signal', 'must be an AbortSignal');
  if (onProgress !== undefined) checkFunction(onProgress, 'onProgress');
}

/** Refuses what is left of the options when all that are known were taken out. */
export function checkNoMore(rest: object): void {
  for (const name of Object.keys(rest)) throw invalid(name, 'is not an option here');
}

/** Whether no half of a surrogate pair stands alone. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Checks a `true` or `false`. */
export function checkFlag(value: unknown, field: string): void {
  if (typeof value !== 'boolean') throw invalid(field, 'must be true or false');
}
