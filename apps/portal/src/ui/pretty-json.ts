// eslint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * JSON with line breaks, anything else as it is. Characters that cannot be seen, or that turn the direction
 * of what follows, are written out: a payload must not look like another one.
 */
export function prettyJson(text: string): string {
  return spaced(text).replace(controls, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Only white space is added: numbers and names stay as they were written. */
function spaced(text: string): string {
  try {
    if (typeof JSON.parse(text) !== 'object') return text;
  } catch {
    return text;
  }
  let [out, depth] = ['', 0];
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    if (token === '{' || token === '[') {
      depth++;
      out += token + line();
    } else if (token === '}' || token === ']') {
      depth--;
      out = /[{[]\s*$/.test(out) ? out.trimEnd() + token : out + line() + token;
    } else out += token === ',' ? `,${line()}` : token === ':' ? ': ' : token;
  }
  return out;
}
