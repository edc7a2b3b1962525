/** A command could not do its work, for a reason that the user can act on. The message is one line. */
export class RunError extends Error {
  override readonly name = 'RunError';
}
