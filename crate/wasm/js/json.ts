/** Checking that a value is JSON before it becomes text: `JSON.stringify` would change it silently. */

import { invalid } from './errors.js';

/** How deeply data may be nested. */
const MAX_DEPTH = 100;

/**
 * Throws an `InvalidInputError` that names the place of anything JSON cannot hold: NaN, Infinity,
 * BigInt, functions, symbols, cycles, class instances. Properties that are `undefined` are left
 * out, and objects with a `toJSON` method are asked, as `JSON.stringify` does.
 */
export function assertJson(value: unknown, path: string, depth = 0): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, `${value} is not a JSON number`);
      return;
    case 'object':
      if (value === null) return;
      break;
    default:
      throw invalid(path, `${typeof value} is not JSON`);
  }
  if (depth >= MAX_DEPTH) throw invalid(path, `is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      assertJson(value[index], `${path}.${index}`, depth + 1);
    }
    return;
  }
  const object = value as Record<string, unknown>;
  if (typeof object['toJSON'] === 'function') {
    assertJson((object as { toJSON(): unknown }).toJSON(), path, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw invalid(path, `${object.constructor.name} is not plain JSON data`);
  }
  for (const key of Object.keys(object)) {
    if (object[key] !== undefined) assertJson(object[key], `${path}.${key}`, depth + 1);
  }
}
