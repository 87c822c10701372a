/** A lane is one limit of calls in flight. The whole installation shares this one. */
export const installationLane = 0;
