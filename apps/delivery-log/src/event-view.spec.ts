import { withData } from './event-view.js';

describe('an answer with the publisher’s own bytes', () => {
  it.each(['{"total":1.0,"big":12345678901234567890}', '"$& $1"', '[]', 'null'])(
    'holds %s as it came',
    (text) => {
      const json = withData((data) => ({ id: 'evt_1', data, after: true }), Buffer.from(text));
      expect(json).toBe(`{"id":"evt_1","data":${text},"after":true}`);
    },
  );

  it('holds null where there was none', () => {
    expect(withData((data) => ({ data }), Buffer.alloc(0))).toBe('{"data":null}');
  });
});
