/** The shape of the window. */
import { signal } from './signal.js';

const phone = matchMedia('(max-width: 46rem)');

/** Whether lists are cards rather than tables; the style sheets use the same width. */
export const narrow = signal(phone.matches);

phone.addEventListener('change', () => (narrow.value = phone.matches));
