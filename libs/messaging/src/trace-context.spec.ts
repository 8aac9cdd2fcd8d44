import { readTrace, traceHeaders } from './trace-context.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const state = 'rojo=00f067aa0ba902b7,\tcongo=t61rcWkgMzE, 1a@b=~!"#%&';

it.each([
  ['both', { traceparent, tracestate: 'a=1' }, { traceparent, tracestate: 'a=1' }],
  ['no state', { traceparent }, { traceparent }],
  ['a state that is too long', { traceparent, tracestate: 'x'.repeat(513) }, { traceparent }],
  [
    'a later version with more fields',
    { traceparent: `01${traceparent.slice(2)}-x` },
    { traceparent: `01${traceparent.slice(2)}-x` },
  ],
  ['a state as its grammar has it', { traceparent, tracestate: state }, { traceparent, tracestate: state }],
  ['a state with an umlaut', { traceparent, tracestate: 'a=ü' }, { traceparent }],
  ['a state of several lines', { traceparent, tracestate: 'a=1\r\nx-other: 2' }, { traceparent }],
  ['a state with a zero byte', { traceparent, tracestate: 'a=1\0' }, { traceparent }],
  ['an empty state', { traceparent, tracestate: '' }, { traceparent }],
  ['a later version with an umlaut', { traceparent: `01${traceparent.slice(2)}-ü`, tracestate: 'a=1' }, {}],
  ['a later version with a line break', { traceparent: `01${traceparent.slice(2)}-x\n` }, {}],
  ['a line break after version 00', { traceparent: `${traceparent}\n` }, {}],
  ['nothing', {}, {}],
  ['state alone', { tracestate: 'a=1' }, {}],
  ['upper case', { traceparent: traceparent.toUpperCase() }, {}],
  ['more fields in version 00', { traceparent: `${traceparent}-x` }, {}],
  ['trailing text', { traceparent: `01${traceparent.slice(2)}x` }, {}],
  ['version ff', { traceparent: `ff${traceparent.slice(2)}` }, {}],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }, {}],
  ['a span of zeros', { traceparent: `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01` }, {}],
])('carries %s', (_, carrier, headers) => {
  expect(traceHeaders(carrier)).toEqual(headers);
  const buffers = Object.fromEntries(
    Object.entries(carrier).map(([name, text]) => [name, Buffer.from(text)]),
  );
  expect(readTrace({ headers: buffers }) ?? {}).toEqual(headers);
});
