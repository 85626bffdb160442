/** Values as JSON text: `JSON.stringify` would silently change what JSON cannot hold. */

import { isWellFormed } from './check.js';
import { invalid } from './failing.js';

/** How deeply an event's data may be nested, and its metadata. */
export const DATA_DEPTH = 100;
/** How deeply a value may be nested: so far, and the five levels around an event's data. */
const MAX_DEPTH = DATA_DEPTH + 5;

/**
 * A value as JSON text. Properties that are `undefined` are left out, and objects with a `toJSON`
 * method are asked, as `JSON.stringify` does.
 *
 * @throws InvalidInputError that names the place, below `path`, of anything JSON cannot hold: NaN,
 *   Infinity, BigInt, functions, symbols, cycles, class instances, halves of surrogate pairs.
 */
export function toJson(value: unknown, path = ''): string {
  assertJson(value, path, []);
  return JSON.stringify(value);
}

/** As `toJson`, for large values; `undefined` when a closer look must tell whether JSON can hold one. */
export function toJsonQuickly(value: unknown): string | undefined {
  return isPlain(value, MAX_DEPTH) ? plainJson(value) : undefined;
}

/** As `toJsonQuickly`, of a value that is plain. */
export function plainJson(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  // Halves of surrogate pairs are written so, and nothing else but this very text.
  return text.includes('\\ud') ? undefined : text;
}

/** Whether `JSON.stringify` is sure to lose nothing of a value but halves of surrogate pairs. */
export function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'object') return value === null || isPlainObject(value, depth);
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function isPlainObject(object: object, depth: number): boolean {
  if (depth === 0) return false;
  if (Array.isArray(object)) {
    for (let index = 0; index < object.length; index += 1) {
      if (!isPlain(object[index], depth - 1)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(object) !== Object.prototype || 'toJSON' in object) return false;
  for (const key in object) {
    const value = (object as Record<string, unknown>)[key];
    if (value !== undefined && !isPlain(value, depth - 1)) return false;
  }
  return true;
}

/** @param above The objects that `value` is in. */
function assertJson(value: unknown, path: string, above: object[]): void {
  switch (typeof value) {
    case 'string':
      if (!isWellFormed(value)) throw invalid(path, 'holds half a surrogate pair');
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, `${value} is not a JSON number`);
      return;
    case 'object':
      if (value !== null) assertObject(value, path, above);
      return;
    default:
      throw invalid(path, `${typeof value} is not JSON`);
  }
}

function assertObject(object: object, path: string, above: object[]): void {
  if (above.includes(object)) throw invalid(path, 'refers back to what it is in');
  if (above.length >= MAX_DEPTH) throw invalid(path, 'is nested too deeply');
  above.push(object);
  if (Array.isArray(object)) {
    for (let index = 0; index < object.length; index += 1) {
      assertJson(object[index], below(path, index), above);
    }
  } else if ('toJSON' in object && typeof object.toJSON === 'function') {
    if (object instanceof Date && Number.isNaN(object.getTime())) throw invalid(path, 'is not a valid date');
    assertJson(object.toJSON(), path, above);
  } else {
    assertPlain(object, path);
    assertProperties(object, path, above);
  }
  above.pop();
}

function assertProperties(object: object, path: string, above: object[]): void {
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    if (!isWellFormed(key)) throw invalid(path, 'has a key that holds half a surrogate pair');
    assertJson(value, below(path, key), above);
  }
}

const below = (path: string, key: string | number) => (path === '' ? `${key}` : `${path}.${key}`);

function assertPlain(object: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw invalid(path, `${object.constructor?.name ?? 'an instance of a class'} is not plain JSON data`);
  }
}
