/** Reserved: the helper devrx builds this page (and the receiver’s); texts are in texts-admin.ts. */
export function Component() {
  return null;
}
