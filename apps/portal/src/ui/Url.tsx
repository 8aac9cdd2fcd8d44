import { Fragment } from 'react';

/** An address that breaks behind its separators before it breaks anywhere else. */
export function Url({ text }: { text: string }) {
  return (
    <span className="wrap">
      {text.split(/(?<=[/?&=.:_-])(?=[^/])/).map((part, i) => (
        <Fragment key={i}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}
