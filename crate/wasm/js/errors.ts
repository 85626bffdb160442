/** Errors: one class for each code, so that `instanceof` and `code` both tell. */

import type { ErrorCode } from './types.js';

/** What every error of this package is. Its `code` never changes; its message is for a person. */
export class DaybookError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, details: object = {}) {
    super(message);
    Object.assign(this, details);
    this.code = code;
    this.name = new.target.name;
  }
}

/** The stream is not at the version the caller expected. */
export class ConflictError extends DaybookError {
  declare readonly stream: string;
  declare readonly expected: number | string;
  declare readonly actual: number;
}

/** An event that the append's condition forbids stands at `position`. */
export class ConditionFailedError extends DaybookError {
  declare readonly position: number;
}

/** A rule of the domain forbids the command. */
export class RuleBrokenError extends DaybookError {
  declare readonly rule: string;
  declare readonly subject: string;
  declare readonly status: string;
}

/** An argument is not of the form, size or range required. `field` is a path to it. */
export class InvalidInputError extends DaybookError {
  declare readonly field: string;
  declare readonly reason: string;
}

/** What was asked for does not exist. */
export class NotFoundError extends DaybookError {
  declare readonly what: string;
  declare readonly id: string;
}

/** The browser's storage is full. */
export class QuotaExceededError extends DaybookError {}

/** Another tab keeps the store from being opened. */
export class BlockedError extends DaybookError {}

/** The connection to the storage broke; whether a write under way was stored is unknown. */
export class ConnectionLostError extends DaybookError {}

/** Stored bytes are damaged, from `position` on. */
export class StorageCorruptError extends DaybookError {
  declare readonly position: number;
}

/** Events that were stored are gone: deleted by another tab, the user or the browser. */
export class DataLostError extends DaybookError {}

/** The store was written by a newer build. */
export class UnsupportedFormatError extends DaybookError {
  declare readonly found: number;
  declare readonly supported: number;
}

/** The caller cancelled the operation. */
export class AbortedError extends DaybookError {}

/** The store was closed. */
export class ClosedError extends DaybookError {}
