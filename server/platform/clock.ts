/** The clock and the ids that operations receive, so that tests can hold them still. */
import { v7 } from 'uuid';

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** RFC 9562 version 7: ordered by time, so that new rows land at the end of their index. */
export type NewId = () => string;
export const newId: NewId = () => v7();
