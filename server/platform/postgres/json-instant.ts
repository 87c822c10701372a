/** PostgreSQL's JSON writes an instant with its session's offset; the API's are in UTC. */
export function isoInstant(instant: string): string {
  return new Date(instant).toISOString();
}
