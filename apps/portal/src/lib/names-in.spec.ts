import { namesIn } from './names-in';

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
