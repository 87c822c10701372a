/** What the person who started the server is told when it cannot start. */
export class StartError extends Error {
  override name = 'StartError';
}
