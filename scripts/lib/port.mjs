/** The port that a person asks for. */

import { Problem } from './say.mjs';

/**
 * Reads a port as it stands in the environment.
 * @param {string | undefined} text A whole number from 0 (any free port) to 65535; empty or left out
 *   means `preset`.
 * @param {number} preset
 * @returns {number}
 * @throws {Problem} When it is anything else.
 */
export function portFrom(text, preset) {
  if (!text) return preset;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Problem(
    `PORT is "${text}", which is not a port: a whole number from 0 to 65535.`,
    `PORT=${preset} npm start`,
  );
}
