import { useLayoutEffect, useRef } from 'preact/hooks';

interface FilterFieldProps {
  type?: 'text' | 'datetime-local';
  placeholder?: string;
  maxLength?: number;
  /** Of the list with suggestions. */
  list?: string;
  onFocus?: () => void;
  /** Of the filter, as the field shows it. */
  shown: string;
  /** Something else has been typed or chosen. */
  onTake: (typed: string) => void;
}

/**
 * Takes over what was typed when the field is left or on Enter: a field for times has a value long before the time is whole. It stays the same
 * field then, so that typing goes on.
 */
export function FilterField({ shown, onTake, ...rest }: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => void (field.current!.value = shown), [shown]);
  const take = () => {
    const typed = field.current!.value.trim();
    if (typed !== shown) onTake(typed);
  };
  return (
    <input
      {...rest}
      ref={field}
      autocomplete="off"
      spellcheck={false}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}
