import { Button, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconTransferOut } from '@tabler/icons-react';
import { useState } from 'react';
import type { StampingOrder, StampingView } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { Fact, Facts } from '../app/facts.tsx';
import { dateAndTime, quantity } from '../app/formats.ts';
import { words } from '../app/words.ts';
import { useOperateStamping } from './operation.ts';
import classes from './operation-page.module.css';

type Action = StampingOrder['action'];

const icons = { pause: IconPlayerPause, resume: IconPlayerPlay, drain: IconTransferOut };
/** From each mode to the others. */
const actions: Readonly<Record<StampingView['mode'], readonly Action[]>> = {
  running: ['pause', 'drain'],
  paused: ['resume', 'drain'],
  draining: ['resume', 'pause'],
};

/** What all of stamping does right now, since when, by whose order. */
export function ModeCard({ view }: { view: StampingView }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const say = words.operation;
  const inFlight = view.lanes.reduce((sum, lane) => sum + lane.in_flight, 0);
  return (
    <section className={`card ${classes.card}`} aria-label={say.title}>
      <div className={classes.mode}>
        <div>
          <div className={classes.modeName} data-mode={view.mode} role="status">
            {say.modes[view.mode]}
          </div>
          <Text size="sm">{say.modeMeans[view.mode]}</Text>
          {view.by && (
            <Text size="xs" c="dimmed">
              {say.changed(view.by, dateAndTime(view.changed_at))}
              {view.why && `: ${view.why}`}
            </Text>
          )}
        </div>
        <div className={classes.buttons}>
          {actions[view.mode].map((action) => (
            <ActionButton key={action} action={action} onClick={() => setAsked(action)} />
          ))}
        </div>
      </div>
      <Facts>
        <Fact name={say.waiting}>{quantity(view.waiting)}</Fact>
        <Fact name={say.inFlight}>{quantity(inFlight)}</Fact>
      </Facts>
      {asked && <Operate action={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

function ActionButton({ action, onClick }: { action: Action; onClick: () => void }) {
  const Icon = icons[action];
  return (
    <Button
      variant={action === 'resume' ? 'filled' : 'default'}
      leftSection={<Icon size={16} aria-hidden />}
      onClick={onClick}
    >
      {words.operation.actions[action].action}
    </Button>
  );
}

function Operate({ action, onClose }: { action: Action; onClose: () => void }) {
  const operate = useOperateStamping(onClose);
  const say = words.operation;
  return (
    <Confirm
      {...say.actions[action]}
      danger={action !== 'resume'}
      why={{ label: say.whyOptional, required: false }}
      pending={operate.isPending}
      error={operate.error}
      failedTitle={say.actionFailed}
      onConfirm={({ why }) => operate.mutate({ action, ...(why ? { why } : {}) })}
      onClose={onClose}
    />
  );
}
