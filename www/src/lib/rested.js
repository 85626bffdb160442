/** A text in the address that is typed: the list follows once the typing rests. */
import { useEffect, useRef, useState } from 'preact/hooks';

import { setQuery } from '../router.js';

/** How long the typing must rest, in milliseconds. */
const REST_MS = 120;

/**
 * @param {string} name in the query of the address
 * @param {string} value as the address has it
 * @returns {{ value: string, onInput: (event: { currentTarget: HTMLInputElement }) => void }} for the input
 */
export function useRested(name, value) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // What came from here must not undo what was typed since.
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = typed;
      setQuery({ [name]: typed });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [name, typed]);
  return { value: typed, onInput: (event) => setTyped(event.currentTarget.value) };
}
