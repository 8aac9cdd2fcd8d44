/** Of cookie 0.7, which has no types of its own: what we use. */
declare module 'cookie' {
  export function parse(text: string): Record<string, string | undefined>;
  export function serialize(
    name: string,
    value: string,
    options: { httpOnly: boolean; sameSite: 'strict'; path: string; secure: boolean; maxAge: number },
  ): string;
}
