import { Passwords } from './password.js';

it('knows a password by its Argon2id hash, and nobody by none', async () => {
  const passwords = new Passwords();
  const hash = await passwords.hash('a good password');
  expect(hash).toMatch(/^\$argon2id\$/);
  expect(await passwords.fits('a good password', hash)).toBe(true);
  expect(await passwords.fits('another password', hash)).toBe(false);
  expect(await passwords.fits('nobody', undefined)).toBe(false);
});

it('lets fifty wait, and refuses who comes then', async () => {
  const passwords = new Passwords();
  const wanted = await Promise.allSettled(
    Array.from({ length: 60 }, () => passwords.hash('a good password')),
  );
  const refused = wanted.flatMap((one) => (one.status === 'rejected' ? [one.reason as object] : []));
  expect(refused).toHaveLength(8);
  for (const error of refused) expect(error).toMatchObject({ code: 'unavailable', status: 503 });
  expect(await passwords.hash('a good password')).toBeTruthy();
});
