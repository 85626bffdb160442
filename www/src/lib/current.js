/** An effect that takes a while, and may be of no more interest when it is done. */
import { useEffect } from 'preact/hooks';

/**
 * @param {(isCurrent: () => boolean) => void} begin told how to learn whether anybody still waits for it
 * @param {unknown[]} inputs
 */
export const useCurrent = (begin, inputs) =>
  useEffect(() => {
    let current = true;
    begin(() => current);
    return () => {
      current = false;
    };
  }, inputs);
