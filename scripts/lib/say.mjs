/** What the scripts tell a person: steps, notes, and problems with their remedy. */

const colour = process.stdout.isTTY && !process.env.NO_COLOR;

/** @param {string} code @param {string} text */
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

/** Announces what happens next. @param {string} text */
export const step = (text) => console.log(paint('1;36', `▸ ${text}`));

/** Says how something ended. @param {string} text */
export const note = (text) => console.log(`  ${text}`);

/** Says what is not as it should be, and yet no reason to stop. @param {string} text */
export const warn = (text) => console.warn(paint('1;33', `! ${text}`));

/** Something a person must put right, with the command that does it. */
export class Problem extends Error {
  /**
   * @param {string} message What is missing or went wrong.
   * @param {string} [remedy] The command to run.
   */
  constructor(message, remedy) {
    super(message);
    this.name = 'Problem';
    this.remedy = remedy;
  }
}

/** @param {unknown} error */
export function sayError(error) {
  if (!(error instanceof Problem)) {
    console.error(error);
    return;
  }
  console.error(paint('1;31', `✗ ${error.message}`));
  if (error.remedy) console.error(`  Run:  ${error.remedy}`);
}
