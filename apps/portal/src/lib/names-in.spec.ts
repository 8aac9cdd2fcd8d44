import { namesIn, namesThen } from './names-in';

it('knows the newest name of what is gone, else its address', () => {
  const entries = [
    { id: 'sub_1', changes: {} },
    { id: 'sub_1', changes: { name: 'New' } },
    { id: 'sub_1', changes: { name: 'Old', url: 'https://a.example' } },
    { id: 'sub_2', changes: { name: '', url: 'https://b.example' } },
    { id: 'key_1', changes: { name: 7 } },
  ];
  expect([...namesIn(entries)]).toEqual([
    ['sub_1', 'New'],
    ['sub_2', 'https://b.example'],
  ]);
});

describe('what things were called at the time of an entry', () => {
  const today = new Map([['ten_1', 'Third']]);
  const called = (...entries: { id: string; changes: object; about?: string }[]) =>
    namesThen(
      entries.map((entry) => ({ about: entry.id, ...entry })),
      today,
    );

  it('tells what it was made as, and of a new name the old one', () => {
    expect(
      called(
        { id: 'ten_1', changes: { name: 'Third' } },
        { id: 'ten_1', changes: { status: 'paused' } },
        { id: 'ten_1', changes: { name: 'Second' } },
        { id: 'ten_1', changes: { name: 'First' } },
      ),
    ).toEqual([
      { name: 'Third', before: 'Second' },
      { name: 'Second' },
      { name: 'Second', before: 'First' },
      { name: 'First' },
    ]);
  });

  it('takes the address for what has no name, and not for what has one', () => {
    expect(
      called(
        { id: 'sub_1', changes: { name: '' } },
        { id: 'sub_1', changes: { url: 'https://b.example' } },
        { id: 'sub_1', changes: { name: 'Shop', url: 'https://a.example' } },
      ),
    ).toEqual([{ name: 'https://b.example', before: 'Shop' }, { name: 'Shop' }, { name: 'Shop' }]);
  });

  it('names the webhook of an order as it was then', () => {
    expect(
      called(
        { id: 'sub_1', changes: { name: 'Renamed' } },
        { id: 'rpl_1', changes: {}, about: 'sub_1' },
        { id: 'sub_1', changes: { name: 'Shop' } },
      )[1],
    ).toEqual({ name: 'Shop' });
  });

  it('knows today’s name, but not one from before the oldest entry that it has', () => {
    expect(called({ id: 'ten_1', changes: {} })).toEqual([{ name: 'Third' }]);
    expect(
      called({ id: 'ten_1', changes: { name: 'Third' } }, { id: 'ten_1', changes: { other: 1 } }),
    ).toEqual([{ name: 'Third' }, { name: undefined }]);
    expect(called({ id: 'ten_1', changes: { url: 'https://b.example' } })).toEqual([{ name: 'Third' }]);
  });
});
