import { sayVerdict } from './verdict';

const asking = { verdict: undefined, isNobody: false, isHopeless: false };

it('says that no webhook has the URL only once they were asked', () => {
  expect(sayVerdict(asking)).toBe('checking');
  expect(sayVerdict({ ...asking, verdict: 'unchecked' })).toBe('unchecked');
  expect(sayVerdict({ ...asking, isNobody: true })).toBe('unchecked');
  expect(sayVerdict({ ...asking, verdict: 'valid' })).toBe('valid');
});

it('says nothing of webhooks where it could not be found out', () => {
  expect(sayVerdict({ ...asking, isHopeless: true })).toBe('notChecked');
  expect(sayVerdict({ ...asking, isHopeless: true, isNobody: true })).toBe('notChecked');
});
