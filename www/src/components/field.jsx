/** A form field with its label, hint and message. */

/**
 * @param {{
 *   id: string,
 *   label: string,
 *   value: string,
 *   onInput?: (value: string) => void,
 *   onBlur?: () => void,
 *   error?: string | null,
 *   hint?: string,
 *   hideLabel?: boolean,
 *   dir?: 'auto',
 *   [attribute: string]: unknown,
 * }} props
 */
export function Field({
  id,
  label,
  value,
  onInput,
  onBlur,
  error,
  hint,
  hideLabel,
  as = 'input',
  children,
  ...rest
}) {
  const Control = /** @type {any} */ (as);
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  return (
    <div class={`field ${error ? 'field-wrong' : ''}`}>
      <label class={hideLabel ? 'visually-hidden' : undefined} for={id}>
        {label}
      </label>
      <Control
        id={id}
        value={value}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described}
        onInput={(/** @type {any} */ event) => onInput?.(event.currentTarget.value)}
        onBlur={onBlur}
        autocomplete="off"
        {...rest}
      >
        {/** @type {any} */ (children)}
      </Control>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/**
 * @param {{ label: string, value: string, options: [value: string, label: string][], onChange: (value: string) => void, class?: string }} props
 */
export const Select = ({ label, value, options, onChange, class: name = '' }) => (
  <label class={`inline-field ${name}`}>
    <span>{label}</span>
    <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  </label>
);
