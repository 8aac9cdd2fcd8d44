const form = /^[\p{L}\p{M}\p{N}_:/-]+(?:\.[\p{L}\p{M}\p{N}_:/-]+)*$/u;

/** Events are called `<model>.<change>`, and publishers are held to that: another name would never match. */
export const isModelName = (name: string): boolean => form.test(name);
