/** Making errors, and turning what Rust throws into them. */

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

/** Turns what Rust threw into an error of this package; anything else is passed on. */
export function toError(thrown: unknown): unknown {
  if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) return thrown;
  const { code, message, ...details } = thrown as { code?: ErrorCode; message?: string };
  return code !== undefined && code in classes ? makeError(code, message ?? code, details) : thrown;
}

/** Awaits a call into Rust, so that it rejects with an error of this package. */
export async function call<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (thrown) {
    throw toError(thrown);
  }
}
