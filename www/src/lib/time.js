/** Moments, as the person in front of the screen reads them. */
import { locale } from './money.js';

/** @param {Intl.DateTimeFormatOptions} options @returns {(time: string) => string} */
const formatted = (options) => {
  const format = new Intl.DateTimeFormat(locale, options);
  return (time) => format.format(new Date(time));
};

/** Of a time as in RFC 3339. */
export const moment = formatted({ dateStyle: 'medium', timeStyle: 'short' });
export const exactMoment = formatted({ dateStyle: 'medium', timeStyle: 'medium' });

/** Of a day such as `2026-01-31`, in UTC. */
export const shortDay = formatted({ dateStyle: 'medium', timeZone: 'UTC' });
export const longDay = formatted({ dateStyle: 'full', timeZone: 'UTC' });
export const monthOf = formatted({ month: 'short', timeZone: 'UTC' });

const DAY = 86_400_000;

/**
 * The day so many days later, in UTC.
 * @param {string} day
 * @param {number} by
 */
export const addDays = (day, by) => new Date(Date.parse(day) + by * DAY).toISOString().slice(0, 10);

/** Today in UTC. */
export const today = () => new Date().toISOString().slice(0, 10);

/**
 * The Monday of a day's week.
 * @param {string} day
 */
export const mondayOf = (day) => addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
