/** An address of ours that somebody may be sent to after the login; anything else is the start. */
export function wayBack(text: string | null | undefined): string {
  if (!text || !text.startsWith('/') || text.startsWith('//') || text.includes('\\')) return '/';
  const url = new URL(text, 'http://portal.invalid');
  const isOurs = url.origin === 'http://portal.invalid' && !/^\/(login|link)$/.test(url.pathname);
  return isOurs ? `${url.pathname}${url.search}${url.hash}` : '/';
}
