import { Text, Title } from '@mantine/core';
import type { StampingView } from '../api/bodies.ts';
import { Fact, Facts } from '../app/facts.tsx';
import { quantity } from '../app/formats.ts';
import { words } from '../app/words.ts';
import classes from './operation-page.module.css';

type Lane = StampingView['lanes'][number];

/** Each limit of calls in flight, who holds it, and what it makes of FacturAPI. */
export function Lanes({ lanes }: { lanes: readonly Lane[] }) {
  const say = words.operation;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="lanes-title">
      <Title order={2} size="h5" id="lanes-title">
        {say.lanes}
      </Title>
      {lanes.length === 0 && (
        <Text size="sm" c="dimmed" mt={6}>
          {say.noLanes}
        </Text>
      )}
      <ul className={classes.rows}>
        {lanes.map((lane) => (
          <li key={lane.lane}>
            {lanes.length > 1 && <div className={classes.laneName}>{say.lane(lane.lane)}</div>}
            <Facts>
              <Fact name={say.breaker}>{breakerWord(lane)}</Fact>
              <Fact name={say.inFlight}>{say.limit(lane.in_flight, lane.max_in_flight_seen)}</Fact>
              <Fact name={say.leader}>{lane.leader ?? say.nobody}</Fact>
              <Fact name={say.heard}>
                {lane.heartbeat_ms === null
                  ? say.unknown
                  : say.secondsAgo(seconds(lane.heartbeat_ms))}
              </Fact>
            </Facts>
          </li>
        ))}
      </ul>
    </section>
  );
}

function breakerWord({ breaker, report }: Lane): string {
  const say = words.operation;
  const { organizations } = (report ?? {}) as { organizations?: { open: number; probing: number } };
  const resting = (organizations?.open ?? 0) + (organizations?.probing ?? 0);
  const { state, opens_in_ms } = (breaker ?? {}) as { state?: string; opens_in_ms?: number | null };
  const word = (state && say.breakers[state]) || say.unknown;
  if (state === 'closed' && resting > 0) return `${word}; ${say.notTo(resting)}`;
  if (state !== 'open' || typeof opens_in_ms !== 'number') return word;
  return `${word}; ${say.opensIn(seconds(opens_in_ms))}`;
}

const seconds = (ms: number) => quantity(Math.round(ms / 1000));
