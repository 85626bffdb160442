/** Moments, as the person in front of the screen reads them. */
import { locale } from './money.js';

const moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const seconds = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
const weekdays = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
const months = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });

/** @param {string} time RFC 3339 */
export const moment = (time) => moments.format(new Date(time));

/** @param {string} time RFC 3339 */
export const exactMoment = (time) => seconds.format(new Date(time));

/** @param {string} day `2026-01-31`, in UTC */
export const shortDay = (day) => days.format(new Date(day));

/** @param {string} day `2026-01-31`, in UTC */
export const longDay = (day) => weekdays.format(new Date(day));

/** @param {string} day `2026-01-31`, in UTC */
export const monthOf = (day) => months.format(new Date(day));

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
