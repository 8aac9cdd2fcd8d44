import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('resolves with the first truthy value', async () => {
    let calls = 0;
    expect(await waitFor(() => (++calls === 3 ? 'third' : ''), { intervalMs: 1 })).toBe('third');
    expect(calls).toBe(3);
  });

  it('says what was awaited, and the last error, when time is up', async () => {
    const failing = () => {
      throw new Error('no table');
    };
    await expect(waitFor(failing, { timeoutMs: 20, message: 'rows' })).rejects.toThrow(
      'not true within 20 ms: rows: no table',
    );
  });
});
