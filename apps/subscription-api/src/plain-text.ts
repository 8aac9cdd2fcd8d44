import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isPlainText } from './problems.js';

/** Not blank, at most so many characters, without control characters. */
export function IsPlainText(maxChars: number, options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isPlainText',
      validator: {
        validate: (value: unknown) => isPlainText(value, maxChars) && value.trim() !== '',
        defaultMessage: () =>
          `$property must be a text of 1 to ${maxChars} characters without control characters`,
      },
    },
    options,
  );
}
