/**
 * Money on the screen. An amount is a decimal text from the store to the eye; it never becomes a
 * float, except for the height of a bar.
 */

/** The page speaks English; which English, the browser says. */
export const locale = navigator.languages.find((language) => /^en\b/i.test(language)) ?? 'en-GB';

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {string} amount */
const decimalsOf = (amount) => amount.split('.')[1]?.length ?? 0;

/**
 * `"1234.50"`, `"EUR"` → `€1,234.50`. Every decimal of the text is shown and none is added.
 * @param {string} amount a decimal text
 * @param {string} currency an ISO 4217 code
 */
export function money(amount, currency) {
  const decimals = decimalsOf(amount);
  const key = `${currency} ${decimals}`;
  let format = formats.get(key);
  try {
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      formats.set(key, format);
    }
    // Given a text, `format` is exact, however many digits it has (ECMA-402, 2023).
    return format.format(/** @type {`${number}`} */ (amount));
  } catch {
    return `${amount} ${currency}`;
  }
}

const whole = new Intl.NumberFormat(locale);

/**
 * A whole number with its thousands set apart.
 * @param {number} number
 */
export const count = (number) => whole.format(number);

/**
 * `1 order`, `2,000 orders`.
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/**
 * The exact sum of decimal texts of one currency.
 * @param {string[]} amounts
 */
export function sum(amounts) {
  const decimals = Math.max(0, ...amounts.map(decimalsOf));
  const total = amounts.reduce((units, amount) => units + toUnits(amount, decimals), 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const fraction = decimals > 0 ? `.${digits.slice(point)}` : '';
  return `${total < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`;
}

/**
 * @param {string} amount
 * @param {number} decimals
 */
function toUnits(amount, decimals) {
  const [integer, fraction = ''] = amount.split('.');
  return BigInt(integer + fraction.padEnd(decimals, '0'));
}
