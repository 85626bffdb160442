/** Making errors, and turning what Rust throws into them. */

import type { Answer, Calls, Part, Questions } from './bindings.js';
import {
  AbortedError,
  BlockedError,
  ClosedError,
  ConditionFailedError,
  ConflictError,
  ConnectionLostError,
  DataLostError,
  type DaybookError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
  RuleBrokenError,
  StorageCorruptError,
  UnsupportedFormatError,
} from './errors.js';
import type { ErrorCode } from './types.js';

const classes: Record<ErrorCode, typeof DaybookError> = {
  conflict: ConflictError,
  condition_failed: ConditionFailedError,
  rule_broken: RuleBrokenError,
  invalid_input: InvalidInputError,
  not_found: NotFoundError,
  quota_exceeded: QuotaExceededError,
  blocked: BlockedError,
  connection_lost: ConnectionLostError,
  storage_corrupt: StorageCorruptError,
  data_lost: DataLostError,
  unsupported_format: UnsupportedFormatError,
  aborted: AbortedError,
  closed: ClosedError,
};

/** Makes the error of the given code. */
export function makeError(code: ErrorCode, message: string, details: object = {}): DaybookError {
  return new classes[code](code, message, details);
}

/** An `InvalidInputError`. */
export function invalid(field: string, reason: string): DaybookError {
  return makeError('invalid_input', `${field}: ${reason}`, { field, reason });
}

/** An `AbortedError`. */
export function aborted(): DaybookError {
  return makeError('aborted', 'the operation was aborted');
}

/** What Rust tells of an error, in place of an answer. */
export interface Refusal {
  code: ErrorCode;
  message: string;
}

/** Turns what Rust threw, a refusal or its JSON, into an error of this package; else passes it on. */
export function toError(thrown: unknown): unknown {
  const told: unknown = typeof thrown === 'string' ? JSON.parse(thrown) : thrown;
  if (told instanceof Error) return told;
  const { code, message, ...details } = told as Refusal;
  return makeError(code, message, details);
}

/** What Rust answers; rejects with the text of an error. */
export function answer<T>(ask: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => ask({ resolve, reject }));
}

/** What Rust answers; rejects with an error of this package, made where it is awaited. */
export async function settled<T>(ask: (answer: Answer<T>) => void): Promise<T> {
  try {
    return await answer(ask);
  } catch (thrown) {
    throw toError(thrown);
  }
}

/** Calls Rust, with one or two texts, nearly always JSON. */
export async function call<Name extends keyof Calls>(
  part: Part,
  name: Name,
  input = '',
  more = '',
): Promise<Calls[Name]> {
  return JSON.parse(await settled((answer) => part.call(name, input, more, answer)));
}

/** Asks Rust, with a text, what it knows at once. */
export function ask<Name extends keyof Questions>(part: Part, name: Name, input = ''): Questions[Name] {
  return JSON.parse(thrown(() => part.ask(name, input)));
}

/** Opens a part of what is open. */
export function open(part: Part, name: 'store' | 'pastOrders' | 'demo', input = ''): Part {
  return thrown(() => part.part(name, input));
}

function thrown<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw toError(thrown);
  }
}
