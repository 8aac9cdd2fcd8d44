/** Why a service cannot start, in one line that tells an operator what to look at. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
