import { UserError } from './require.mjs';

/**
 * The value of an option that is a number.
 * @param {string} name
 * @param {string} text
 * @param {number} min
 * @param {number} max
 */
export function number(name, text, min, max) {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UserError(`--${name} is a number from ${min} to ${max}; "${text}" is not.`);
}
