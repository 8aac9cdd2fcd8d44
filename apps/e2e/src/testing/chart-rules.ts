/** What stands for the release: the chart puts its namespace there, or leaves both out. */
const selector = '__SELECTOR__';
const label = '__LABEL__';

const functions = 'sum max min rate increase resets histogram_quantile absent label_replace vector';
const words = new Set(`${functions} and or unless offset`.split(' '));
/** Texts, ranges, lists of labels; else a name, with its selector where it has one. */
const tokens =
  /"[^"]*"|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)|(?<![\w:.])([a-zA-Z_:][\w:]*)(\{[^}]*\})?/g;

/**
 * The rules as the chart has them. One Prometheus may watch several installations: every series is that of
 * the release alone, and what a rule makes of it says whose it is.
 */
export function chartRules(text: string): string {
  let inside = false;
  const lines = text.split('\n').flatMap((line) => {
    const [, before = '', expr = ''] = /^( +expr: )(?!>-)(.*)$/.exec(line) ?? [];
    if (before !== '') return [before + ofRelease(expr)];
    if (/^ +- record: /.test(line)) return [line, `        labels: { ${label} }`];
    const begins = / expr: >-$/.test(line);
    // A folded text ends where lines are indented less.
    inside = begins || (inside && /^ {10}/.test(line));
    if (inside && !begins) return [ofRelease(line)];
    return [line.replace('labels: { severity:', `labels: { ${label}, severity:`)];
  });
  return lines.join('\n');
}

/** A query whose series all have the place for the release's selector. */
export function ofRelease(expr: string): string {
  return expr.replace(tokens, (token: string, name: string | undefined, others: string | undefined) => {
    if (name === undefined || words.has(name)) return token;
    return `${name}{${[selector, ...(others === undefined ? [] : [others.slice(1, -1)])].join(', ')}}`;
  });
}
